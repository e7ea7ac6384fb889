"""A ledger is made and brought up to date by the migrations in the package, whole or not at all."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect, text
from sqlmodel import SQLModel

from domain.errors import StateRefusal, WrongUse
from integrations.ledger import SYSTEM, Ledger, settings_table, upgrading
from integrations.ledger.migrations.guards import GUARDS
from tests.ledger.rows import NOW, THREADS, at_once

PROJECT = Path(__file__).parents[2]
UPGRADE = """
import sys
from integrations.ledger import Ledger
Ledger(sys.argv[1]).upgrade()
print("alembic" in sys.modules)
"""


def upgrade_elsewhere(url: str) -> "subprocess.Popen[str]":
    """Upgrade in another process; it prints whether it needed Alembic."""
    return subprocess.Popen([sys.executable, "-c", UPGRADE, url], stdout=subprocess.PIPE, text=True, cwd=PROJECT)


def shape(engine: Engine) -> dict[str, object]:
    """Every table's columns, keys, unique constraints and indexes, in whatever order they were made."""
    found: dict[str, object] = {}
    look = inspect(engine)
    for table in set(look.get_table_names()) - {upgrading.VERSION_TABLE}:
        columns = {(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)}
        indexes = [
            found_index | {"dialect_options": str(found_index.get("dialect_options", {}).get("sqlite_where"))}
            for found_index in look.get_indexes(table)
        ]
        parts = (look.get_foreign_keys(table), look.get_unique_constraints(table), indexes)
        found[table] = columns, look.get_pk_constraint(table), *(sorted(map(str, part)) for part in parts)
    return found


def triggers(engine: Engine) -> set[str]:
    tables = {"sqlite": "sqlite_master WHERE type = 'trigger'", "postgresql": "pg_trigger WHERE NOT tgisinternal"}
    column = {"sqlite": "name", "postgresql": "tgname"}[engine.dialect.name]
    with engine.connect() as connection:
        return set(connection.execute(text(f"SELECT {column} FROM {tables[engine.dialect.name]}")).scalars())


def test_the_migrations_make_what_the_tables_say(ledger: Ledger) -> None:
    with ledger.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": upgrading.VERSION_TABLE})
        assert compare_metadata(context, SQLModel.metadata) == []
        found = {
            (table, check["name"])
            for table in SQLModel.metadata.tables
            for check in inspect(connection).get_check_constraints(table)
        }
    assert found == {
        (table.name, str(check.name))
        for table in SQLModel.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }


def test_the_migrations_in_turn_make_the_same_ledger_as_the_tables_at_once(
    ledger_template: Path, tmp_path: Path
) -> None:
    straight = create_engine(f"sqlite:///{tmp_path / 'straight.sqlite'}")
    SQLModel.metadata.create_all(straight)
    migrated = create_engine(f"sqlite:///{ledger_template}")
    assert shape(migrated) == shape(straight)
    straight.dispose()
    migrated.dispose()


def test_a_fresh_ledger_has_its_guards(ledger: Ledger) -> None:
    assert triggers(ledger.reader) - {"audit_no_truncate"} == set(GUARDS)


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    ledger = Ledger(empty_url)
    ledger.upgrade()
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        settings_table.put(uow, "clock", "virtual")
    ledger.upgrade()
    with ledger.reading() as session:
        assert settings_table.get(session, "clock") == "virtual"
    ledger.dispose()


def test_an_up_to_date_ledger_does_not_pay_for_alembic(ledger_url: str) -> None:
    process = upgrade_elsewhere(ledger_url)
    assert (process.communicate()[0].strip(), process.returncode) == ("False", 0)


def test_processes_and_threads_may_upgrade_at_once(empty_url: str) -> None:
    processes = [upgrade_elsewhere(empty_url) for _ in range(2)]
    ledger = Ledger(empty_url)
    at_once(lambda _: ledger.upgrade())
    assert [process.wait() for process in processes] == [0, 0]
    for process in processes:
        process.communicate()
    assert triggers(ledger.reader) - {"audit_no_truncate"} == set(GUARDS)
    ledger.dispose()


def test_threads_may_make_different_ledgers_at_once(tmp_path: Path) -> None:
    ledgers = [Ledger(f"sqlite:///{tmp_path / f'{number}.sqlite'}") for number in range(THREADS)]
    at_once(lambda thread: ledgers[thread].upgrade())
    for ledger in ledgers:
        assert triggers(ledger.reader) == set(GUARDS)
        ledger.dispose()


def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise LookupError

    ledger = Ledger(empty_url)
    with monkeypatch.context() as patch:
        patch.setattr("integrations.ledger.migrations.guards.install", fail)
        with pytest.raises(LookupError):
            ledger.upgrade()
    assert inspect(ledger.reader).get_table_names() == []
    ledger.upgrade()
    ledger.dispose()


def test_a_ledger_of_a_newer_version_is_refused(ledger: Ledger) -> None:
    with ledger.writer.begin() as connection:
        connection.execute(text(f"UPDATE {upgrading.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StateRefusal, match="KR-ADMINISTRATIE-NIEUWER"):
        ledger.upgrade()


def test_a_ledger_that_was_never_made_gives_a_code_and_is_not_made_by_reading(empty_url: str, tmp_path: Path) -> None:
    ledger = Ledger(empty_url)
    with pytest.raises(WrongUse, match="KR-ADMINISTRATIE:"), ledger.reading() as session:
        settings_table.get(session, "clock")
    with pytest.raises(WrongUse, match="KR-ADMINISTRATIE:"), ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.audit("x")
    ledger.dispose()
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_made_with_its_folder_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "100% nieuw" / "ledger.sqlite"
    ledger = Ledger(f"sqlite:///{path}")
    ledger.upgrade()
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.audit("x")
        uow.session.flush()
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    ledger.dispose()
    assert modes == {0o600}


def test_the_file_names_tell_the_revisions_in_order() -> None:
    script = ScriptDirectory(str(upgrading.MIGRATIONS))
    assert [step.revision for step in script.walk_revisions()][::-1] == list(upgrading.revisions())


def test_the_recipe_of_sqlite(ledger_template: Path) -> None:
    ledger = Ledger(f"sqlite:///{ledger_template}")
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
    found = []
    for engine in (ledger.writer, ledger.reader):
        with engine.connect() as connection:
            found.append([connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names])
    ledger.dispose()
    assert found == [["wal", 2, 1, 10000, 0], ["wal", 2, 1, 10000, 1]]


@pytest.mark.parametrize(
    "url", ["", "geen adres", "sqlite://", "sqlite:///:memory:", "mysql://x/y", "postgresql://x:geheim@y"]
)
def test_an_address_of_another_kind_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(WrongUse, match="KR-ADMINISTRATIE-ADRES") as caught:
        Ledger(url)
    assert "geheim" not in str(caught.value)
