"""The embedded default: Prefect's server as a child, everything else in this process, and a clean end."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from prefect import get_client
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogHandler, PrefectConsoleHandler
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_HOME,
    PREFECT_LOGGING_LEVEL,
    PREFECT_WORKER_QUERY_SECONDS,
    temporary_settings,
)

from deployments.deploy import deploy_all, reconcile_soon
from deployments.prefect_env import ui_folder
from deployments.prefect_server import PREFERRED_PORT, PrefectServer, be_quiet, start_server
from deployments.views import bring_views, save_views
from deployments.worker import KetenWorker
from domain.errors import OutsideFailure

LOOK_EVERY = 1.0  # seconds between two looks for work; Prefect's own default is ten
WATCH_EVERY = 1.0
DRAIN_SECONDS = 5.0

Ready = Callable[[str], None]


async def run_embedded(home: Path, *, port: int = PREFERRED_PORT, ready: Ready, stop: asyncio.Event) -> None:
    """Run until `stop` is set; `ready` is called once with the address of the UI.

    The port is the preferred one, or a free one when it is taken. Refuses with KR-PREFECT-START when the server does
    not start, and with KR-PREFECT-WEG when the server or the worker ends by itself. Nothing is left running.
    """
    async with server_of(home, port) as server:
        with client_settings(home, server.url):
            await deploy_all()
            async with get_client() as client:
                await reconcile_soon(client)
            await asyncio.to_thread(save_views, server.url)
            bring_views(ui_folder(home))
            async with working() as worker:
                ready(server.url)
                ends = [worker, asyncio.create_task(stop.wait()), asyncio.create_task(watch(server))]
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                for end in ends[1:]:
                    end.cancel()
            await drain()
    if not stop.is_set():
        raise OutsideFailure("KR-PREFECT-WEG")


@asynccontextmanager
async def server_of(home: Path, port: int) -> AsyncIterator[PrefectServer]:
    """The server for the length of the block."""
    be_quiet()
    keep_console_calm()
    server = await asyncio.to_thread(start_server, home, port)
    try:
        yield server
    finally:
        await asyncio.shield(asyncio.to_thread(server.stop))


@contextmanager
def client_settings(home: Path, url: str) -> Iterator[None]:
    """Work with the server at this address."""
    chosen = {
        PREFECT_API_URL: f"{url}/api",
        PREFECT_HOME: home / "prefect",
        PREFECT_LOGGING_LEVEL: "INFO",
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False,  # our server asks for no token; this saves a call a client
        PREFECT_CLIENT_MAX_RETRIES: 3,  # fourteen seconds: a server on this machine that stays away longer has gone
        PREFECT_WORKER_QUERY_SECONDS: LOOK_EVERY,
    }
    with temporary_settings(chosen):
        yield


@asynccontextmanager
async def working() -> AsyncIterator[asyncio.Task[None]]:
    """The worker at work; at the end it takes no new runs, and the runs it holds may finish."""
    task = asyncio.create_task(KetenWorker().start(printer=lambda *_: None))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task


def keep_console_calm() -> None:
    """The log of each run stands in the UI; on the console only what deserves attention."""
    for name in ("", "prefect"):
        for handler in logging.getLogger(name).handlers:
            if isinstance(handler, PrefectConsoleHandler):
                handler.setLevel(logging.WARNING)


async def watch(server: PrefectServer) -> None:
    """Return when the server has gone."""
    while server.process.poll() is None:
        await asyncio.sleep(WATCH_EVERY)


async def drain() -> None:
    """Let Prefect send its last logs and events, so that the process does not wait for a server that has gone."""
    with suppress(TimeoutError, Exception):
        async with asyncio.timeout(DRAIN_SECONDS):
            await APILogHandler.aflush()
            drained = EventsWorker.drain_all()
            if asyncio.iscoroutine(drained):
                await drained


def stop_on_signals(stop: asyncio.Event) -> None:
    """Ctrl-C and SIGTERM set `stop`, in the running event loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
