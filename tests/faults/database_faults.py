"""A database that fails: at one statement, at one commit, or after it; and how often there is one."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from integrations.ledger import Ledger

STATEMENT, COMMIT, COMMITTED = "statement", "commit", "committed"
BUSY, READ_ONLY, IO_ERROR, FULL = 5, 8, 10, 13
EXECUTES = ("do_execute", "do_executemany", "do_execute_no_params")


def driver_error(code: int) -> sqlite3.OperationalError:
    """As the driver raises it."""
    error = sqlite3.OperationalError("a fault of the drill")
    error.sqlite_errorcode = code
    return error


@dataclass
class Fault:
    """Raise `code` at moment number `at` of these kinds; 0 only counts. `ends`: SQLite ends the transaction with it."""

    code: int
    at: int = 0
    kinds: tuple[str, ...] = (STATEMENT, COMMIT)
    ends: bool = False
    before: Callable[[Any], object] | None = None
    error: Callable[[int], Exception] = driver_error
    passed: int = 0
    fired: bool = False
    names: list[str] = field(default_factory=list)

    def meets(self, kind: str, driver: Any, name: str) -> None:
        """One moment; raises when it is the one."""
        if kind not in self.kinds:
            return
        self.passed += 1
        self.names.append(name)
        if self.passed != self.at:
            return
        self.fired = True
        if self.before is not None:
            self.before(driver)
            return
        if self.ends and driver.in_transaction:
            driver.rollback()
        raise self.error(self.code)


@contextmanager
def struck(ledger: Ledger, fault: Fault) -> Iterator[Fault]:
    """Every statement and commit of this ledger meets the fault, in the driver's place."""
    dialects = [engine.dialect for engine in (ledger.writer, ledger.reader)]
    for dialect in dialects:
        for name in EXECUTES:
            setattr(dialect, name, _executing(getattr(dialect, name), fault))
        dialect.do_commit = _committing(dialect.do_commit, fault)  # type: ignore[method-assign, assignment]
    try:
        yield fault
    finally:
        for dialect in dialects:
            for name in (*EXECUTES, "do_commit"):
                delattr(dialect, name)


def _executing(execute: Callable[..., Any], fault: Fault) -> Callable[..., Any]:
    def executing(cursor: Any, statement: str, *rest: Any, **named: Any) -> Any:
        fault.meets(STATEMENT, cursor.connection, statement)
        return execute(cursor, statement, *rest, **named)

    return executing


def _committing(commit: Callable[[Any], Any], fault: Fault) -> Callable[[Any], Any]:
    def committing(connection: Any) -> None:
        driver = connection.dbapi_connection
        fault.meets(COMMIT, driver, "COMMIT")
        commit(connection)
        fault.meets(COMMITTED, driver, "COMMIT")

    return committing
