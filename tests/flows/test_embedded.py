"""The embedded default: one call starts everything, one signal ends it, and a dead server is no silence."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import deployments.embedded
from deployments.embedded import run_embedded, stop_on_signals
from deployments.prefect_server import PrefectServer, start_server
from domain.errors import OutsideFailure
from tests.prefect_tables import PrefectTables

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("region")]


@pytest.fixture(scope="module")
def own_home(home: Path, prefect_tables: PrefectTables) -> Path:
    """Where these servers keep their files; no other is at work there."""
    prefect_tables.lend(home / "stop")
    return home / "stop"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[PrefectServer]:
    """The servers that were started."""
    servers: list[PrefectServer] = []

    def start(home: Path, port: int) -> PrefectServer:
        servers.append(start_server(home, port))
        return servers[-1]

    monkeypatch.setattr(deployments.embedded, "start_server", start)
    return servers


def run(home: Path, then: Callable[[str], None]) -> None:
    """Start everything in `home`, do `then` with the address once it is ready, and stay until told to stop."""

    async def stay() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await run_embedded(home, port=0, ready=then, stop=stop)

    asyncio.run(stay())


def test_a_signal_ends_everything_and_leaves_nothing(own_home: Path, started: list[PrefectServer]) -> None:
    seen = []

    def look_and_end(url: str) -> None:
        seen.append(httpx.get(f"{url}/api/health", timeout=60).status_code)
        os.kill(os.getpid(), signal.SIGTERM)

    run(own_home, look_and_end)
    assert seen == [200]
    assert started[0].process.poll() is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{started[0].url}/api/health")


def test_a_server_that_dies_ends_the_rest_with_a_code(own_home: Path, started: list[PrefectServer]) -> None:
    with pytest.raises(OutsideFailure, match="KR-PREFECT-WEG"):
        run(own_home, lambda url: started[0].process.kill())
