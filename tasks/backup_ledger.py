"""Back up: a whole, checked copy of the ledger while others write to it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from domain.errors import InputRefusal, OutsideFailure
from integrations.faults import fault_point
from integrations.ledger import Ledger, copies, dumps
from integrations.ledger.audit import Head, head, verify

NAMES = {"sqlite": "sqlite", "postgresql": "dump"}
"""Database → the ending of its copies."""
DAY = 24 * 3600
BROKEN = "het logboek sluit niet op elkaar aan"


@dataclass(frozen=True)
class Copy:
    """One copy: its file, its bytes, the last row of the trail in it, and how many older copies were removed."""

    path: Path
    size: int
    audit_seq: int
    audit_hash: str
    removed: int = 0


def backup_ledger(ledger: Ledger, folder: Path, now: datetime, keep: int = 0) -> Copy:
    """Copy, check, and only then give the copy its name and remove all but the newest `keep` (0: remove none).

    Raises OutsideFailure KR-KOPIE-MISLUKT or KR-PROGRAMMA, InputRefusal KR-KOPIE-STUK (the ledger itself is broken).
    """
    with ledger.reading() as session:
        head(session)  # it is there, and it answers
    kind = ledger.reader.dialect.name
    target = _free_name(folder, now, NAMES[kind])
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        make = _of_sqlite if kind == "sqlite" else _of_postgresql
        end = make(ledger, part, now)
        fault_point("backup.checked")
        size = part.stat().st_size
        part.rename(target)
        copies.flushed(target)
    finally:
        part.unlink(missing_ok=True)
    return Copy(target, size, end.seq, end.hash, _clear(target, keep))


def checked(session: Session) -> Head:
    """The last row of the trail, if the trail is whole. Raises InputRefusal KR-KOPIE-STUK."""
    if verify(session) is not None:
        raise InputRefusal("KR-KOPIE-STUK", what=BROKEN)
    return head(session)


def _of_sqlite(ledger: Ledger, part: Path, now: datetime) -> Head:
    copies.copy(Path(str(ledger.url.database)), part, ledger.busy_seconds, now)
    with copies.looking_at(part) as session:
        if not copies.is_whole(session):
            raise InputRefusal("KR-KOPIE-STUK", what="beschadigd")
        return checked(session)


def _of_postgresql(ledger: Ledger, part: Path, _: datetime) -> Head:
    """The trail is checked in the very snapshot that is dumped."""
    with ledger.reading() as session:
        snapshot = str(session.connection().exec_driver_sql("SELECT pg_export_snapshot()").scalar())
        dumps.dump(ledger.url, part, snapshot)
        end = checked(session)
    if not dumps.readable(part):
        raise OutsideFailure("KR-KOPIE-MISLUKT", what="de kopie is niet te lezen")
    copies.flushed(part)
    return end


def _free_name(folder: Path, now: datetime, ending: str) -> Path:
    """Named by its moment in UTC, so that the order of names is the order of copies."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise OutsideFailure("KR-KOPIE-MISLUKT", what="de map is niet te maken") from None
    stem = f"ketenregie-{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    return folder / f"{stem}.{ending}"


def _clear(target: Path, keep: int) -> int:
    """Remove all but the newest, the one just made among them; and what a copy that was killed left a day ago."""
    made = sorted(target.parent.glob(f"ketenregie-*Z{target.suffix}"))
    old = made[:-keep] if keep else []
    for path in (*old, *target.parent.glob(".ketenregie-*.part")):
        with suppress(FileNotFoundError):
            if path in old or path.stat().st_mtime < target.stat().st_mtime - DAY:
                path.unlink()
    return len(old)
