"""Note in the ledger which dropped files a person must look at; a file is known by a hash, never by its name."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlmodel import Session, col, select

from domain.file_notice import WAITS_TOO_LONG, Troubles
from integrations.drop_folder import Mark
from integrations.ledger import UnitOfWork
from integrations.ledger.partner_tables import DroppedFile, FileTrouble

MOST_LINES = 200
MAILBOX = "retourpost"
"""The mailbox of what comes back, as the source of its own trouble."""
FOLDER: Mark = (0, 0, 0)
"""Stands for the folder itself."""


def file_key(state: FileTrouble, source: str, folder: Path, mark: Mark = FOLDER) -> str:
    """What tells this trouble with this file from any other; dropped again is another file."""
    return sha256(f"{state}|{source}|{folder}|{mark}".encode()).hexdigest()[:32]


def note_file(work: UnitOfWork, key: str, state: FileTrouble, source: str, codes: list[str], since: datetime) -> bool:
    """Once; a trouble that was over and is there again counts as new. True when it was written."""
    row = work.session.exec(select(DroppedFile).where(DroppedFile.key == key)).first()
    if row is not None and row.gone_at is None:
        return False
    row = row or DroppedFile(key=key, source=source, state=state, since=since)
    row.codes, row.since = "\n".join(codes[:MOST_LINES]), since
    row.gone_at = row.told_at = row.bundle_id = None
    row.lost = ""
    work.session.add(row)
    work.session.flush()
    return True


def file_gone(work: UnitOfWork, key: str) -> None:
    """That trouble is over."""
    for row in work.session.exec(select(DroppedFile).where(DroppedFile.key == key, col(DroppedFile.gone_at).is_(None))):
        row.gone_at = work.now


def troubles_now(session: Session, now: datetime | None = None) -> list[DroppedFile]:
    """Those that are there still; with `now`, not those that the next round may still put right by itself."""
    rows = session.exec(select(DroppedFile).where(col(DroppedFile.gone_at).is_(None)).order_by(col(DroppedFile.id)))
    return [row for row in rows if now is None or _ripe(row, now)]


def troubles_of(rows: Sequence[DroppedFile]) -> Troubles:
    """How many of each kind."""
    return Troubles(**Counter(str(row.state) for row in rows))


def _ripe(row: DroppedFile, now: datetime) -> bool:
    wrong_clock = row.since > now
    return row.state == FileTrouble.REFUSED or wrong_clock or row.since <= now - WAITS_TOO_LONG
