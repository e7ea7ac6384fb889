"""The watch's own memory: one small file in the home, beside and not inside the ledger, which may be what is broken."""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from domain.watch import Note
from integrations.whole_file import write_whole

NAME = "wacht.json"


def read_note(home: Path) -> Note | None:
    """The note of the outage that goes on; None when there is none, or none that can be read."""
    try:
        kept = json.loads((home / NAME).read_text(encoding="utf-8"))
        told = kept["told"]
        return Note(_moment(kept["since"]), _moment(told) if told else None)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_note(home: Path, note: Note | None) -> None:
    """Keep the note, or remove it. On a full disk nothing is kept: an alarm too many is better than one too few."""
    path = home / NAME
    with suppress(OSError):
        if note is None:
            path.unlink(missing_ok=True)
            return
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = {"since": note.since.isoformat(), "told": note.told.isoformat() if note.told else None}
        write_whole(path, json.dumps(kept))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError
    return moment
