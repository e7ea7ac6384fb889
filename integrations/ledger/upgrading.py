"""From any older ledger to this version's tables, by the Alembic migrations inside the package; no file on disk."""

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, inspect, text

from domain.errors import OutsideFailure, StateRefusal
from integrations.ledger import connections
from integrations.ledger.migrations import guards

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "ledger_version"
"""Not Alembic's default name: Prefect uses that, and a region may keep both in one PostgreSQL database."""

_ONE_AT_A_TIME = threading.Lock()
"""Alembic's `context` is one for the whole process."""


@lru_cache(maxsize=1)
def revisions() -> tuple[str, ...]:
    """The revisions this version knows, oldest first: the numbers its migration files begin with."""
    return tuple(sorted(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py")))


def revision(connection: Connection) -> str | None:
    """The revision the ledger is at, None if it was never made."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return str(found) if found else None


def upgrade(url: URL, busy_seconds: float) -> None:
    """Bring the ledger to the newest revision, whole or not at all; two processes may do it at once."""
    engine = connections.migrator(url, busy_seconds)
    try:
        if not _up_to_date(engine):
            _migrate(engine)
    finally:
        engine.dispose()


def configuration(connection: Connection) -> "Config":
    """Alembic's configuration, made here so that an installed package needs no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    return config


def _up_to_date(engine: Engine) -> bool:
    with engine.connect() as connection:
        present = revision(connection)
    if present is not None and present not in revisions():
        raise StateRefusal("KR-ADMINISTRATIE-NIEUWER")
    return present == revisions()[-1]


def _migrate(engine: Engine) -> None:
    from alembic import command  # a fifth of a second, paid only when there is something to do

    with _ONE_AT_A_TIME, engine.begin() as connection:
        command.upgrade(configuration(connection), "head")
        guards.install(connection)
        broken = engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise OutsideFailure("KR-ADMINISTRATIE-BESCHADIGD")
