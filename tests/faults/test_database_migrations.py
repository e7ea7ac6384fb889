"""Every released table layout, with rows in every table of it, comes up to this version whole and unchanged."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Integer, MetaData, Table, inspect, select

from domain.errors import KetenregieError
from integrations.ledger import SYSTEM, Ledger, connections, copies, upgrading
from integrations.ledger.audit import FIELDS, GENESIS, digest, head, verify
from integrations.ledger.migrations import guards
from tests.faults.database_world import DUE
from tests.ledger import postgres_server
from tests.ledger.postgres_server import Server

ROWS = 3
AT = datetime(2026, 4, 20, 8, tzinfo=UTC)
RELEASED = upgrading.revisions()[:-1]

Rows = dict[str, list[dict[str, Any]]]
"""Table → its rows, each column → value, of the columns that the release had."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server."""
    if not postgres_server.installed():
        pytest.skip("PostgreSQL is not installed")
    with postgres_server.running() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A place without a ledger."""
    if request.param == "sqlite":
        ledger = Ledger(f"sqlite:///{tmp_path / 'old.sqlite'}")
        yield ledger
        ledger.dispose()
        return
    server: Server = request.getfixturevalue("postgres")
    server.create("old")
    ledger = Ledger(server.url("old"))
    yield ledger
    ledger.dispose()
    server.drop("old")


@pytest.mark.parametrize("release", RELEASED)
def test_a_ledger_of_each_release_with_rows_in_every_table_comes_up_unchanged(empty: Ledger, release: str) -> None:
    before = made_as(empty, release)
    assert {name for name, rows in before.items() if len(rows) != ROWS} == set()
    empty.upgrade()
    with empty.reading() as session:
        assert upgrading.revision(session.connection()) == upgrading.revisions()[-1]
        assert still(session.connection(), before) == before
        assert (head(session).seq, verify(session)) == (ROWS, None)
        if empty.url.drivername == "sqlite":
            assert copies.is_whole(session)
    with empty.unit_of_work(now=DUE, actor=SYSTEM) as uow:
        uow.audit("verder", ground="beheer")
    with pytest.raises(KetenregieError, match="KR-AUDIT-VAST"), empty.unit_of_work(now=DUE, actor=SYSTEM) as uow:
        uow.session.connection().exec_driver_sql("UPDATE audit SET act = 'anders' WHERE seq = 1")


def test_a_migration_that_is_stopped_halfway_leaves_the_old_ledger_and_succeeds_the_next_time(
    empty: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = made_as(empty, RELEASED[-1])

    def stopped(_: object) -> None:
        raise LookupError

    with monkeypatch.context() as patch, suppress(LookupError):
        patch.setattr("integrations.ledger.migrations.guards.install", stopped)
        empty.upgrade()
    with empty.reading() as session:
        assert upgrading.revision(session.connection()) == RELEASED[-1]
        assert still(session.connection(), before) == before
    empty.upgrade()
    with empty.reading() as session:
        assert still(session.connection(), before) == before


def made_as(ledger: Ledger, release: str) -> Rows:
    """A ledger of that release with ROWS rows in every table; those rows, table by table."""
    engine = connections.migrator(ledger.url, 10)
    with engine.begin() as connection:
        command.upgrade(upgrading.configuration(connection), release)
        guards.install(connection)
        tables = MetaData()
        tables.reflect(connection)
        choices = {table.name: first_choices(connection, table.name) for table in tables.sorted_tables}
        for table in tables.sorted_tables:
            if table.name != upgrading.VERSION_TABLE:
                fill(connection, table, choices[table.name])
        names = {table.name: [c.name for c in table.columns] for table in tables.sorted_tables}
    engine.dispose()
    del names[upgrading.VERSION_TABLE]
    ledger.dispose()
    with ledger.reader.connect() as connection:
        return rows_of(connection, names)


def rows_of(connection: Connection, columns: dict[str, list[str]]) -> Rows:
    """All rows of these tables, of these columns."""
    found: Rows = {}
    for name, wanted in columns.items():
        table = Table(name, MetaData(), autoload_with=connection)
        rows = connection.execute(select(*(table.c[column] for column in wanted))).mappings()
        found[name] = sorted((dict(row) for row in rows), key=repr)
    return found


def still(connection: Connection, before: Rows) -> Rows:
    """What is there now of what was there before."""
    return rows_of(connection, {name: list(rows[0]) for name, rows in before.items()})


def first_choices(connection: Connection, table: str) -> dict[str, str]:
    """For each column that is held to a list: the first value of the list."""
    found = {}
    for check in inspect(connection).get_check_constraints(table):
        match = re.match(r"\W*(\w+).*?'(\w+)'", str(check["sqltext"]), re.DOTALL)
        assert match
        found[match[1]] = match[2]
    return found


def fill(connection: Connection, table: Table, choices: dict[str, str]) -> None:
    """ROWS rows that keep every rule of the table; the trail is a real chain."""
    previous = GENESIS
    for number in range(1, ROWS + 1):
        row = {column.name: choices.get(column.name) or value(column, number) for column in table.columns}
        if table.name == "audit":
            row |= {"seq": number, "details": {"nummer": number}, "previous": previous}
            row["hash"] = previous = digest(previous, {name: row[name] for name in FIELDS} | {"at": AT})
        connection.execute(table.insert().values(row))


def value(column: Column[Any], number: int) -> Any:
    """What fits the column, another for each number; of a key to elsewhere the same as there."""
    for key in column.foreign_keys:
        return value(key.column, number)
    kinds: list[tuple[type, Any]] = [(Boolean, number == 1), (DateTime, AT), (Date, date(2026, 4, number))]
    kinds += [(Integer, number)]
    for kind, found in kinds:
        if isinstance(column.type, kind):
            return found
    return [f"{column.name}-{number}"] if "JSON" in str(column.type) else f"{column.table.name}-{column.name}-{number}"
