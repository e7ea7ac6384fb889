"""Which dropped files are still to be read, and what becomes of one that was: it is put away, or known as read."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from integrations.drop_folder import MOST_AT_ONCE, STUCK, WaitingFile, put_away, waiting
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import FileTrouble
from tasks.note_files import file_key, note_file, troubles_now

NO_CASE = "KR-ZAAK-ONBEKEND"
"""What stands beside a refused file about a row with a case that is not ours."""


def files_to_read(
    ledger: Ledger, source: str, folder: Path, suffixes: Iterable[str], quiet: float
) -> list[WaitingFile]:
    """At most two hundred that have lain still for `quiet` seconds; the others wait for the next round. What was read
    before but stayed is not read again, so that it hides no later file: it is put away as soon as the folder allows
    it."""
    with ledger.reading() as session:
        taken = {row.key: row.codes for row in troubles_now(session) if row.state == FileTrouble.STUCK}
    found: list[WaitingFile] = []
    for file in waiting(folder, suffixes, quiet):
        codes = taken.get(_key(source, file))
        if codes is None:
            found.append(file)
        else:
            with suppress(OSError):
                put_away(file, codes.splitlines())
        if len(found) == MOST_AT_ONCE:
            break
    return found


def put_away_or_note(
    ledger: Ledger, source: str, file: WaitingFile, refused: Sequence[str], now: datetime
) -> Counter[str]:
    """Put it away; where the folder does not allow that, the ledger remembers that it was read."""
    try:
        put_away(file, refused)
    except OSError:
        if not os.path.lexists(file.path):  # another round was first
            return Counter()
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            note_file(work, _key(source, file), FileTrouble.STUCK, source, list(refused), now)
        return Counter({STUCK: 1})
    return Counter()


def _key(source: str, file: WaitingFile) -> str:
    return file_key(FileTrouble.STUCK, source, file.path.parent, file.mark)
