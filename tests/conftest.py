"""What every test may ask for: a fresh ledger, a PostgreSQL, and the tables of Prefect."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from integrations.ledger import Ledger
from tests.copied import on_a_copy
from tests.faults.tier import FULL
from tests.ledger import postgres_server
from tests.ledger.postgres_server import Server
from tests.prefect_tables import PrefectTables

# Hypothesis without a clock: a busy machine is no reason for a rule to fail. A change meets the same examples on every
# machine, the whole programme others each time.
settings.register_profile("ours", deadline=None, derandomize=not FULL, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture(scope="session")
def ledger_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger file, upgraded once; copying it is fifty times quicker than upgrading again."""
    path = tmp_path_factory.mktemp("template") / "ledger.sqlite"
    made = Ledger(f"sqlite:///{path}")
    made.upgrade()
    made.dispose()
    return path


@pytest.fixture(scope="session")
def common_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger object for many tests; its file is changed."""
    made = Ledger(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.sqlite'}")
    yield made
    made.dispose()


@pytest.fixture
def ledger(common_ledger: Ledger, ledger_template: Path) -> Iterator[Ledger]:
    """A fresh SQLite ledger, upgraded and empty."""
    yield on_a_copy(common_ledger, ledger_template)
    common_ledger.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server, started once; its database `ledger_template` is an upgraded, empty ledger."""
    if not postgres_server.installed():
        pytest.skip("PostgreSQL is not installed")
    with postgres_server.running() as server:
        server.create("ledger_template")
        made = Ledger(server.url("ledger_template"))
        made.upgrade()
        made.dispose()
        yield server


@pytest.fixture(scope="session")
def prefect_tables(tmp_path_factory: pytest.TempPathFactory) -> PrefectTables:
    """The tables of Prefect's server, made once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    return PrefectTables((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "prefect.db")
