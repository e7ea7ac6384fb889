"""The Prefect server as we run it: its writers take turns, and its pages reach no other address.

With `--child` it never outlives its parent: it stops when its standard input closes. A closed pipe also tells of a
parent that was killed, from any thread and on any system. Without, `python -m deployments.prefect_child` runs alone.
"""

import asyncio
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import OperationalError

# Prefect's second interface calls a statistics service from the browser, whatever the settings say: only our own
# address may be reached from its pages.
ONLY_OURSELVES = b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'"
LOCKED = "database is locked"  # the words of SQLite, by which Prefect knows that asking again may help


class OnlyOurselves:
    """ASGI middleware: every answer tells the browser to reach no other address than this server."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", ONLY_OURSELVES)]
            await send(message)

        await self.app(scope, receive, send_with_policy)


def stop_with_parent() -> None:
    """Wait for the end of standard input, then ask this process to stop as an operator would."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


class Turn:
    """Whose turn it is to write, of all tasks of one event loop; first come, first served."""

    def __init__(self, patience: float = 60.0) -> None:
        self.patience = patience  # seconds, as Prefect lets SQLite wait
        self._lock = asyncio.Lock()
        self._whose: object = None

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for the turn and keep it for the block; a task that has it already does not wait for itself.

        Raises `OperationalError` as SQLite would after too long a wait: Prefect answers 503, and its client asks again.
        """
        me = asyncio.current_task()
        if self._whose is me:
            yield
            return
        try:
            async with asyncio.timeout(self.patience):
                await self._lock.acquire()
        except TimeoutError as error:
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError(LOCKED)) from error
        self._whose = me
        try:
            yield
        finally:
            self._whose = None
            self._lock.release()


def write_in_turn() -> None:
    """Let each transaction that writes to SQLite wait for its turn from its first moment, and wait here.

    Prefect begins them deferred: two that read first and write later are then told "database is locked" at once,
    whatever the time-out, and one request in twelve was answered with 503 under a light load. And who waits for its
    turn inside SQLite holds its connection: fifteen exhaust the pool, and when the garbage collector clears an old
    cursor of such a connection in the thread of the event loop, the whole server stands still until SQLite gives up
    after 60 seconds (docs/decisions/0005).
    """
    from prefect.server.database.configurations import AioSqliteConfiguration
    from prefect.server.database.dependencies import set_database_config
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if not url.startswith("sqlite"):
        return
    turn = Turn()

    class InTurn(AioSqliteConfiguration):
        @asynccontextmanager
        async def begin_transaction(self, session: Any, with_for_update: bool = False) -> AsyncIterator[Any]:
            async with turn.taken(), super().begin_transaction(session, with_for_update=True) as transaction:
                yield transaction

    set_database_config(InTurn(connection_url=url))


def main() -> None:
    """Serve on the address that PREFECT_SERVER_API_HOST and _PORT name, until told to stop."""
    if "--child" in sys.argv:
        threading.Thread(target=stop_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    write_in_turn()
    api = get_current_settings().server.api
    app = OnlyOurselves(create_app(final=True))
    uvicorn.run(app, host=api.host, port=api.port, log_level="warning", timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main()
