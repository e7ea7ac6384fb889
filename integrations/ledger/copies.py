"""A copy of a SQLite ledger as one whole file: made while others write, looked at without changing it, put in place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import NullPool, create_engine
from sqlmodel import Session

from domain.errors import InputRefusal, OutsideFailure, StateRefusal
from integrations.ledger.failures import translated
from integrations.ledger.restored import COPIED

FULL, TOO_LARGE = 13, 18
STAMP = "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)"
WITH = ("", "-wal", "-shm")


def copy(source: Path, target: Path, busy_seconds: float, stamp: datetime | None) -> None:
    """`target` becomes a whole copy of one moment of `source`, readable by its owner only and on the disk.

    SQLite's online backup in one step: writers go on. The file must not exist. `stamp` is written into the copy, so
    that whoever puts it back by hand is found out. Raises OutsideFailure KR-KOPIE-MISLUKT.
    """
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with (
            closing(sqlite3.connect(uri(source, "rw"), uri=True, timeout=busy_seconds)) as here,
            closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there, pages=-1)
            there.execute("PRAGMA journal_mode=DELETE")  # one file, also on a disk that cannot be written
            if stamp:
                with there:
                    there.execute(STAMP, (COPIED, stamp.isoformat()))
        flushed(target)
    except (OSError, sqlite3.Error) as error:
        raise OutsideFailure("KR-KOPIE-MISLUKT", what=_what(error)) from None


@contextmanager
def looking_at(path: Path) -> Iterator[Session]:
    """A session on a copy that leaves no trace beside it. Raises InputRefusal KR-KOPIE-STUK for what is no ledger."""
    mode = "ro" if _beside(path, "-wal").exists() else "ro&immutable=1"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(uri(path, mode), uri=True),
        poolclass=NullPool,
        hide_parameters=True,
    )
    try:
        with translated(), Session(engine) as session:
            yield session
    except OutsideFailure:
        raise InputRefusal("KR-KOPIE-STUK", what="geen leesbare administratie") from None
    finally:
        engine.dispose()


def is_whole(session: Session) -> bool:
    """SQLite's own judgement: every page, every index, every foreign key."""
    connection = session.connection()
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    return found == "ok" and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None


def put_in_place(new: Path, ledger: Path, aside: Path) -> bool:
    """`new` becomes the ledger; what was there is kept as `aside`. True when something was there.

    Refused while another process has it open (StateRefusal KR-TERUG-OPEN). At no moment is there no ledger.
    """
    there = ledger.exists()
    _alone(new)
    if there:
        _alone(ledger)
        for ending in WITH[1:]:  # those of a damaged ledger; a whole one has none left by now
            with suppress(FileNotFoundError):
                os.replace(_beside(ledger, ending), _beside(aside, ending))
        os.link(ledger, aside)
    os.replace(new, ledger)
    flushed(ledger)
    return there


def flushed(path: Path) -> None:
    """The file and its name in the folder are on the disk."""
    for each in (path, path.parent):
        number = os.open(each, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def uri(path: Path, mode: str) -> str:
    """The path as SQLite's address; `mode`: rw (and do not make it), ro …"""
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


def _alone(ledger: Path) -> None:
    """Leaving WAL takes the whole file for oneself, and folds what is beside it in. A damaged file cannot tell."""
    try:
        with closing(sqlite3.connect(uri(ledger, "rw"), uri=True, timeout=0.5)) as here:
            here.execute("PRAGMA journal_mode=DELETE")
            here.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (5, 6):
            raise StateRefusal("KR-TERUG-OPEN") from None
    except sqlite3.Error:
        return


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}{ending}")


def _what(error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    full = code in (FULL, TOO_LARGE) or getattr(error, "errno", 0) in (27, 28)
    return "de schijf is vol" if full else f"{type(error).__name__} {code or getattr(error, 'errno', '')}".strip()
