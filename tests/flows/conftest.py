"""One real Prefect server for every test here, with everything deployed; a fresh ledger for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_SSL_CERT_FILE, temporary_settings

from deployments.demo import kustland
from deployments.deploy import deploy_all
from deployments.embedded import client_settings
from deployments.prefect_server import PrefectServer, be_quiet, prefect_server
from integrations.ledger import Ledger
from integrations.settings import settings
from tasks.load_region import load_region
from tests.flows.runs import in_loop, now
from tests.messages.certificates import certificate
from tests.prefect_tables import PrefectTables


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its files."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def one_certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What Prefect's clients read in place of every authority: 25 ms a client, of which each run makes some."""
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder)
    return str(folder / "certificate.pem")


@pytest.fixture(scope="session")
def server(home: Path, one_certificate: str, prefect_tables: PrefectTables) -> Iterator[PrefectServer]:
    """The server, with the deployments of prefect.yaml."""
    be_quiet()
    prefect_tables.lend(home)
    few = {PREFECT_API_SSL_CERT_FILE: one_certificate}
    with prefect_server(home, port=0) as started, client_settings(home, started.url), temporary_settings(few):
        prefect_tables.keep(home)
        in_loop(deploy_all())
        yield started


@pytest.fixture
def ledger(ledger_template: Path, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger at an address of its own: the runs find theirs by its address, and keep it open."""
    fresh = Ledger(f"sqlite:///{shutil.copy(ledger_template, tmp_path / 'ledger.sqlite')}")
    yield fresh
    fresh.dispose()


@pytest.fixture
def region(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """The ledger of this process: a fresh one with the synthetic region."""
    monkeypatch.setenv("KETENREGIE_DATABASE", str(ledger.url))
    settings.cache_clear()
    load_region(ledger, kustland(), now())
    yield ledger
    settings.cache_clear()
