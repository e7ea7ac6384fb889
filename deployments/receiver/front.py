"""What every request passes first: how many at once, one line of log, and nothing unforeseen that gets out."""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.receiver.problems import Refused, problem, refusal
from domain.errors import OutsideFailure

LOGGER = logging.getLogger("ketenregie.receiver")
MOST_AT_ONCE = 32
"""Requests in hand at one moment. What comes on top is told to come back: each sender here tries again by itself."""

MOST_HEADERS = 16 * 1024
"""Bytes of the address and the headers together (RFC 6585: 431)."""

ALWAYS = [
    (b"connection", b"close"),  # one request a connection: nothing can hide behind the body of the one before
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SEEN = "ketenregie"


class Front:
    """ASGI middleware around the whole receiver."""

    def __init__(self, app: ASGIApp, most: int = MOST_AT_ONCE) -> None:
        self._app, self._most, self._inside = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        scope[SEEN] = {}
        status = [0]

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                message["headers"] = [*message.get("headers", ()), *ALWAYS]
            await send(message)

        self._inside += 1
        try:
            await self._answer(scope, receive, told, status)
        finally:
            self._inside -= 1
            LOGGER.info(_line(scope, status[0]))

    async def _answer(self, scope: Scope, receive: Receive, send: Send, status: list[int]) -> None:
        if self._inside > self._most:
            await refusal(Refused(503, "KR-DEUR-DRUK", {"Retry-After": "5"}))(scope, receive, send)
            return
        if _size(scope) > MOST_HEADERS:
            await refusal(Refused(431, "KR-DEUR-VERZOEK"))(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # its text may hold what was sent: only its kind is told
            LOGGER.error("onverwacht %s", type(error).__name__)
            if not status[0]:
                await problem(500, OutsideFailure("KR-DEUR-STORING"))(scope, receive, send)


def note_source(scope: Scope, name: str) -> None:
    """The log may tell that it was this source: a name of our own configuration, and only after it was recognised."""
    scope[SEEN]["source"] = name


def _size(scope: Scope) -> int:
    """h11's own bound holds only for what arrives in pieces."""
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    return len(scope.get("raw_path") or b"") + len(scope["query_string"]) + headers


def _line(scope: Scope, status: int) -> str:
    """Method, route, status and source; the path itself is what somebody sent, so it is not told."""
    method = scope["method"] if scope["method"] in METHODS else "?"
    route = getattr(scope.get("route"), "path", "-")
    return f"{method} {route} {status or 'weg'} {scope[SEEN].get('source', '-')}"
