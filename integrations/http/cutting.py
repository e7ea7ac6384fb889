"""Below the retries: once a door is closed nothing leaves any more, whatever a thread that was given up still does."""

import threading
from typing import Any

import httpx

LEAVING = frozenset(
    {
        "connection.connect_tcp.started",
        "connection.start_tls.started",
        "http11.send_request_headers.started",
        "http11.send_request_body.started",
    }
)
"""The moments at which something leaves (`trace` of httpx): a connection that was still being made outlives a close."""


class Cut(httpx.TransportError):
    """Too late: whoever asked this has gone on. None of the errors that the retries try again."""


class Cutting(httpx.BaseTransport):
    """Lets through until it is closed."""

    def __init__(self, below: httpx.BaseTransport) -> None:
        self._below, self._closed = below, threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer. Raises Cut after close, also where the request was halfway out."""
        self._check()
        request.extensions["trace"] = self._leaving
        return self._below.handle_request(request)

    def close(self) -> None:
        """Let nothing through any more, and cut what is open."""
        self._closed.set()
        self._below.close()

    def _leaving(self, name: str, _: dict[str, Any]) -> None:
        if name in LEAVING:
            self._check()

    def _check(self) -> None:
        if self._closed.is_set():
            raise Cut("given up")
