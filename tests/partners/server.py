"""Any ASGI app on a real port of loopback, in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

PATIENCE = 60.0  # seconds


@contextmanager
def served(app: ASGIApp, *, certificate: str = "", key: str = "", **options: object) -> Iterator[str]:
    """Serve this app; yields its address, "http://127.0.0.1:PORT/", or https with a certificate and key (files).

    `options` go to uvicorn as they are.
    """
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        tls = {"ssl_certfile": certificate, "ssl_keyfile": key} if certificate else {}
        quiet = {"log_level": "critical", "access_log": False, "lifespan": "off", "timeout_graceful_shutdown": 1}
        server = uvicorn.Server(uvicorn.Config(app, **(quiet | tls | options)))  # type: ignore[arg-type]
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([door])), daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{door.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    for _ in range(int(PATIENCE * 100)):
        if server.started:
            return
        thread.join(0.01)
        if not thread.is_alive():
            break
    raise RuntimeError("the stand-in did not start")
