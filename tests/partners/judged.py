"""Every request to a stand-in, and every answer of it, judged against the document its owner published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from werkzeug.datastructures import Headers as Headers_
from werkzeug.datastructures import ImmutableMultiDict

from tests.partners.specs import HOST, needs_specs, published

__all__ = ["Judged", "needs_specs"]

NOT_MODIFIED = 304


@dataclass
class AskedOf:
    """A request as the judge wants it."""

    method: str
    path: str
    body: bytes
    content_type: str
    parameters: RequestParameters
    host_url: str = HOST
    path_pattern: str | None = None

    @property
    def full_url_pattern(self) -> str:
        return self.host_url + self.path


@dataclass
class AnsweredBy:
    """An answer as the judge wants it."""

    data: bytes
    status_code: int
    content_type: str
    headers: Headers_


@dataclass
class Judged:
    """ASGI middleware. `documents`: base path → name of the document, e.g. {"/zaken/api/v1": "oz-zaken"}.

    Paths under no base are not judged (a stand-in's own controls). A request that the stand-in refuses with a 4xx need
    not be right, so its faults count only when it was taken; its answer is judged always. `violations` says what was
    wrong, a line each; `exchanges` what passed by: method, path and status.
    """

    app: ASGIApp
    documents: Mapping[str, str]
    violations: list[str] = field(default_factory=list)
    exchanges: list[tuple[str, str, int]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await _whole(receive)
        parts: list[Message] = []

        async def keep(message: Message) -> None:
            parts.append(message)

        await self.app(scope, _once(body), keep)
        self._judge(scope, body, parts)
        for part in parts:
            await send(part)

    def _judge(self, scope: Scope, body: bytes, parts: list[Message]) -> None:
        start = next(part for part in parts if part["type"] == "http.response.start")
        path, status = scope["path"], start["status"]
        self.exchanges.append((scope["method"], path, status))
        base = next((base for base in self.documents if path.startswith(f"{base}/") or path == base), None)
        if base is None:
            return
        judge = published(self.documents[base], base)
        request = asked(scope, body)
        answer = _answer(start, b"".join(part.get("body", b"") for part in parts))
        if status < 400:
            self._tell(scope, status, "request", lambda: judge.validate_request(request))
        if status == NOT_MODIFIED and not answer.data:  # HTTP's own: a document need not name it
            return
        self._tell(scope, status, "answer", lambda: judge.validate_response(request, answer))

    def _tell(self, scope: Scope, status: int, what: str, judge: object) -> None:
        assert callable(judge)
        try:
            judge()
        except OpenAPIError as error:
            why = "; ".join(_why(error))
            self.violations.append(f"{scope['method']} {scope['path']} {status}, {what}: {why}")


def asked(scope: Scope, body: bytes) -> AskedOf:
    """The judge's view of this request."""
    headers = Headers(scope=scope)
    query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
    parameters = RequestParameters(
        query=ImmutableMultiDict(query), header=Headers_(headers.items()), cookie=ImmutableMultiDict(), path={}
    )
    kind = headers.get("content-type", "").lower()
    return AskedOf(scope["method"].lower(), scope["path"], body, kind, parameters)


def _answer(start: Message, data: bytes) -> AnsweredBy:
    headers = Headers_([(name.decode(), value.decode()) for name, value in start["headers"]])
    return AnsweredBy(data, start["status"], headers.get("content-type", "").lower(), headers)


def _why(error: BaseException) -> Iterator[str]:
    """The whole story of a judgement: openapi-core hides what was wrong in causes and lists."""
    yield f"{type(error).__name__} {error}"[:300]
    for inner in getattr(error, "schema_errors", ()):
        yield f"{'/'.join(map(str, inner.absolute_path))}: {inner.message}"[:300]
    if error.__cause__ is not None:
        yield from _why(error.__cause__)


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body


def _once(body: bytes) -> Receive:
    told = [False]

    async def receive() -> Message:
        if told[0]:
            return {"type": "http.disconnect"}
        told[0] = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
