"""What reached a partner's system, as bytes: an ear before each stand-in, which may answer in canaries itself."""

import json
import re
from base64 import b64decode
from collections import deque
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.faults.leaks_canaries import found_in
from tests.faults.leaks_scan import Scan

INSIDE = re.compile(rb'"inhoud": ?"([A-Za-z0-9+/=]*)"')
"""A document in a case system, in base64: searched as what it says."""

TO = re.compile(rb'"(?:email_address|phone_number)": ?"[^"]*"')
"""Of a notification the address itself, which belongs there and nowhere else."""


@dataclass
class Wire:
    """ASGI in front of a stand-in. `heads`: first lines and headers of what came in; `bodies`: their bodies.

    `says`: what it answers to the next requests instead of the stand-in: a status and words, which come back in every
    place of an answer.
    """

    name: str
    app: ASGIApp
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    says: deque[tuple[int, str]] = field(default_factory=deque)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole(receive)
        lines = [b"%s: %s" % pair for pair in scope["headers"]]
        path = b"%s?%s" % (scope.get("raw_path") or scope["path"].encode(), scope["query_string"])
        self.heads.append(b"\n".join([scope["method"].encode(), path, scope["path"].encode(), *lines]))
        self.bodies.append(body)
        told = _again(body)
        answer = _babble(*self.says.popleft()) if self.says else self.app
        await answer(scope, told, send)

    def search(self, scan: Scan) -> None:
        """Every byte that came in; where an address is asked for, it is a place of its own."""
        heads, bodies = b"\n".join(self.heads), b"\n".join(self.bodies)
        scan.size += len(heads) + len(bodies)
        documents = b"\n".join(b64decode(one) for one in INSIDE.findall(bodies))
        rest = TO.sub(b"", INSIDE.sub(b"", bodies))
        places = {"head": heads, "to": b"\n".join(TO.findall(bodies)), "document": documents, "body": rest}
        for place, data in places.items():
            scan.note(f"{self.name}:{place}", found_in(data))


def _babble(status: int, words: str) -> Response:
    shown = words.encode("ascii", "backslashreplace").decode()
    body = json.dumps({"code": words, "title": words, "detail": words, "errors": [{"error": words, "message": words}]})
    return Response(body, status, {"X-Reason": shown, "ETag": f'"{shown}"'}, "application/json")


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += bytes(message.get("body", b""))
        more = bool(message.get("more_body"))
    return body


def _again(body: bytes) -> Receive:
    left = [body]

    async def receive() -> Message:
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(), "more_body": False}

    return receive
