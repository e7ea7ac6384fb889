"""What went wrong in the database, as one of our own errors: a code, never a statement or a value."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.errors import CATALOGUE, KetenregieError, OutsideFailure, StateRefusal, WrongUse

_BUSY, _FULL, _READ_ONLY = "KR-ADMINISTRATIE-BEZET", "KR-ADMINISTRATIE-VOL", "KR-ADMINISTRATIE-ALLEENLEZEN"
_AWAY, _BROKEN = "KR-ADMINISTRATIE-ONBEREIKBAAR", "KR-ADMINISTRATIE-BESCHADIGD"

SQLITE = {5: _BUSY, 6: _BUSY, 8: _READ_ONLY, 10: _AWAY, 11: _BROKEN, 13: _FULL, 14: _AWAY, 26: _BROKEN}
"""Primary result codes: busy, locked, readonly, ioerr, corrupt, full, cantopen, notadb (sqlite.org/rescode.html)."""

POSTGRESQL = {
    "08": _AWAY,
    "25006": _READ_ONLY,
    "25P03": _AWAY,
    "28": _AWAY,
    "40P01": _BUSY,
    "53100": _FULL,
    "53300": _BUSY,
    "55P03": _BUSY,
    "57P": _AWAY,
    "58": _AWAY,
    "XX": _BROKEN,
}
"""SQLSTATE or its first characters (postgresql.org/docs, appendix A)."""

READS = ("SELECT", "BEGIN", "PRAGMA")
"""What a reader may do: read-only is then said of the file, not of the reader."""

NOT_MADE = {"42P01", "3D000"}
"""SQLSTATE of a table or a database that does not exist."""


@contextmanager
def translated(*, reading: bool = False) -> Iterator[None]:
    """Raise our own error instead of the driver's. A broken UNIQUE or FOREIGN KEY stays SQLAlchemy's IntegrityError."""
    try:
        yield
    except PoolTimeout as error:
        raise OutsideFailure(_BUSY) from error
    except PendingRollbackError as error:  # the database had ended the transaction, and somebody went on
        raise OutsideFailure(_AWAY) from error
    except DBAPIError as error:
        ours = translation(error, reading=reading)
        if ours is None:
            raise
        raise ours from error


def translation(error: DBAPIError, *, reading: bool = False) -> KetenregieError | None:
    """Our error for the driver's, or None where it says nothing about the outside."""
    guard = re.search(r"KR-[A-Z-]+", str(error.orig))
    if guard and guard[0] in CATALOGUE:
        return StateRefusal(guard[0])
    if _not_made(error):
        return WrongUse("KR-ADMINISTRATIE")
    code = _outside(error)
    if code == _READ_ONLY and reading and not str(error.statement).startswith(READS):
        return WrongUse("KR-ALLEEN-LEZEN")
    return OutsideFailure(code) if code else None


def _not_made(error: DBAPIError) -> bool:
    return "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", None) in NOT_MADE


def _outside(error: DBAPIError) -> str | None:
    result = getattr(error.orig, "sqlite_errorcode", None)
    if result is not None:
        return SQLITE.get(result & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return _AWAY if type(error).__name__ == "OperationalError" else None
    return next((code for prefix, code in POSTGRESQL.items() if state.startswith(prefix)), None)
