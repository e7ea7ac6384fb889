"""How the ledger is opened: the recipe of each database, for a writer, a reader and a migration.

SQLite: WAL, synchronous=FULL (a commit survives a power cut), foreign keys on, BEGIN IMMEDIATE for
writers (a deferred writer fails at once when another commits first), query_only for readers.
PostgreSQL: every writer takes one advisory lock, a reader is a READ ONLY snapshot.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import ArgumentError

from domain.errors import OutsideFailure, WrongUse
from integrations.ledger.queue import at_the_front

WRITERS_LOCK = 0x4B4554454E
"""The advisory lock of PostgreSQL: `KETEN` in ASCII. Held from the begin of a unit of work to its end."""

FROZEN_SECONDS = 60
"""A process that froze inside a unit of work loses its turn after this, else nobody on PostgreSQL could write."""


def accepted(url: str) -> URL:
    """The URL parsed: `sqlite:///path` or `postgresql+psycopg://…`; else KR-ADMINISTRATIE-ADRES."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise WrongUse("KR-ADMINISTRATIE-ADRES") from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    on_disk = parsed.database not in (None, "", ":memory:")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg") or not on_disk:
        raise WrongUse("KR-ADMINISTRATIE-ADRES")
    return parsed


def writer(url: URL, busy_seconds: float) -> Engine:
    """An engine whose every transaction is alone: nobody else writes until it ends."""
    if url.drivername == "sqlite":
        return _sqlite(url, busy_seconds)
    return _postgresql(url, busy_seconds, begin=_writers_turn(busy_seconds))


def reader(url: URL, busy_seconds: float) -> Engine:
    """An engine whose transactions see one moment of the ledger and cannot write."""
    if url.drivername == "sqlite":
        return _sqlite(url, busy_seconds, query_only="ON")
    snapshot = {"postgresql_readonly": True}
    return _postgresql(url, busy_seconds, isolation_level="REPEATABLE READ", execution_options=snapshot)


def migrator(url: URL, busy_seconds: float) -> Engine:
    """An engine for one migration. On SQLite it makes the file (readable by its owner only).

    Foreign keys are off there: a migration replaces whole tables, and the setting cannot change inside a transaction.
    """
    if url.drivername != "sqlite":
        return _postgresql(url, busy_seconds, begin=_writers_turn(busy_seconds), poolclass=NullPool)
    _make_file(Path(str(url.database)))
    return _sqlite(url, busy_seconds, foreign_keys="OFF", poolclass=NullPool)


def _make_file(path: Path) -> None:
    if path.exists():
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        raise OutsideFailure("KR-ADMINISTRATIE-ONBEREIKBAAR") from None


def _sqlite(
    url: URL, busy_seconds: float, *, foreign_keys: str = "ON", query_only: str = "OFF", **options: Any
) -> Engine:
    pragmas = ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={foreign_keys}", f"query_only={query_only}")
    arguments = {"isolation_level": None, "timeout": busy_seconds}
    engine = _engine(url, busy_seconds, connect_args=arguments, **options)

    def must_exist(*_: object) -> None:
        if not Path(str(url.database)).exists():
            raise WrongUse("KR-ADMINISTRATIE")

    def prepare(connection: Any, _: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "do_connect", must_exist)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _sends("BEGIN") if query_only == "ON" else _in_turn(url, busy_seconds))
    event.listen(engine, "handle_error", _gone_with_its_transaction)
    return engine


def _postgresql(url: URL, busy_seconds: float, *, begin: tuple[str, ...] = (), **options: Any) -> Engine:
    arguments = {"connect_timeout": max(2, math.ceil(busy_seconds))}
    engine = _engine(url, busy_seconds, connect_args=arguments, pool_pre_ping=True, **options)
    event.listen(engine, "begin", _sends(*begin))
    event.listen(engine, "handle_error", _without_values)
    return engine


def _engine(url: URL, busy_seconds: float, **options: Any) -> Engine:
    if "poolclass" not in options:
        options["pool_timeout"] = busy_seconds
    return create_engine(url, hide_parameters=True, **options)


def _sends(*statements: str) -> Callable[[Connection], None]:
    def send(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    return send


def _in_turn(url: URL, busy_seconds: float) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        with at_the_front(Path(str(url.database)), busy_seconds):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return begin


def _writers_turn(busy_seconds: float) -> tuple[str, ...]:
    return (
        f"SET LOCAL lock_timeout = '{math.ceil(busy_seconds * 1000)}ms'",
        f"SET LOCAL idle_in_transaction_session_timeout = '{FROZEN_SECONDS}s'",
        f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})",
    )


def _gone_with_its_transaction(context: ExceptionContext) -> None:
    """SQLite may end the whole transaction at an error (full, i/o); what came after would be committed by itself."""
    driver = context.connection.connection.dbapi_connection if context.connection is not None else None
    if driver is not None and not driver.in_transaction and not str(context.statement).startswith("BEGIN"):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL repeats the row's values in an error's DETAIL; only its first line is kept."""
    diagnosis = getattr(context.original_exception, "diag", None)
    first_line = getattr(diagnosis, "message_primary", None)
    if first_line:
        context.original_exception.args = (first_line,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (first_line,)
