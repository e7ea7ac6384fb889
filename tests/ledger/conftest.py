"""Every ledger test runs on SQLite and, where its server is installed, on PostgreSQL."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from integrations.ledger import Ledger
from tests.ledger.postgres_server import Server

_numbers = count(1)
POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", POSTGRES])
def dialect(request: pytest.FixtureRequest) -> str:
    """The database a test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where no ledger was made yet."""
    yield from _place(dialect, tmp_path, request, template="template0")


@pytest.fixture
def ledger_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where an upgraded, empty ledger is."""
    if dialect == "sqlite":
        shutil.copy(request.getfixturevalue("ledger_template"), tmp_path / "ledger.sqlite")
    yield from _place(dialect, tmp_path, request, template="ledger_template")


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An upgraded, empty ledger on each database."""
    fresh = Ledger(ledger_url)
    yield fresh
    fresh.dispose()


def _place(dialect: str, folder: Path, request: pytest.FixtureRequest, template: str) -> Iterator[str]:
    if dialect == "sqlite":
        yield f"sqlite:///{folder / 'ledger.sqlite'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"ledger_{next(_numbers)}"
    server.create(name, template)
    yield server.url(name)
    server.drop(name)
