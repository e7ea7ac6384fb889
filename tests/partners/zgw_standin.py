"""A case system that speaks ZGW, on loopback: its state stands in zgw_state.py, here are its doors and its guard."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations.zgw.peer import SCOPES
from tests.partners.judged import Judged
from tests.partners.server import served
from tests.partners.specs import allowed
from tests.partners.zgw_state import API, State, Wrong, etag

CLIENT, SECRET = "ketenregie", "a-secret-of-the-case-system-that-is-long-enough"
DOCUMENTS = {
    "/zaken/api/v1": "oz-zaken",
    "/catalogi/api/v1": "oz-catalogi",
    "/documenten/api/v1": "oz-documenten",
}
VERSIONS = {"zaken": "1.5.1", "catalogi": "1.3.1", "documenten": "1.4.2"}
CRS = {"Content-Crs": "EPSG:4326"}
PAGING = {"page", "pageSize"}
FILTERS = {"identificatie", "bronorganisatie", "zaaktypeIdentificatie", "status", "datumGeldigheid", "zaak"} | PAGING


class StandIn:
    """The app. `claims`: what each token said; `forbidden`: APIs it refuses; `foreign_next`: pages go on
    elsewhere; `leeway`: seconds that a token may be of tomorrow; `granted`: our scopes there, which the published
    documents want; `filters`: what lists may be asked by.
    """

    def __init__(self) -> None:
        self.state: State | None = None
        self.page_size = 100
        self.leeway = 0.0
        self.versions = dict(VERSIONS)
        self.forbidden: set[str] = set()
        self.granted = set(SCOPES.split(", "))
        self.filters = set(FILTERS)
        self.foreign_next = ""
        self.claims: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        path = "/{api}/api/v1/{kind}"
        self.app = Starlette(
            routes=[
                Route(path, self._kind, methods=["GET", "POST"]),
                Route(path + "/{uuid}", self._one),
                Route(path + "/{uuid}/zaakeigenschappen", self._properties),
            ]
        )

    @property
    def kept(self) -> State:
        assert self.state is not None
        return self.state

    async def _kind(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        try:
            self._guard(request, kind)
            if request.method == "GET":
                return self._reply(request, self._listed(request, kind))
            if kind == "zaken" and request.headers.get("Content-Crs") != CRS["Content-Crs"]:
                raise Wrong("unsupported-crs", status=415)
            made = self.kept.make(kind, await request.json())
            return self._reply(request, made, 201, {"Location": made["url"]})
        except Wrong as wrong:
            return self._refused(request, wrong)

    async def _one(self, request: Request) -> Response:
        try:
            row = self._found(request)
        except Wrong as wrong:
            return self._refused(request, wrong)
        version = etag(row)
        if request.headers.get("If-None-Match") == version:
            return Response(status_code=304, headers=self._headers(request) | {"ETag": version})
        return self._reply(request, row, headers={"ETag": version})

    async def _properties(self, request: Request) -> Response:
        try:
            zaak = self._found(request)
        except Wrong as wrong:
            return self._refused(request, wrong)
        return self._reply(request, self.kept.properties(zaak["url"]))

    def _found(self, request: Request) -> dict[str, Any]:
        kind = request.path_params["kind"]
        self._guard(request, kind)
        row = self.kept.kept[kind].get(request.path_params["uuid"])
        if row is None:
            raise Wrong("not_found", status=404)
        return row

    def _guard(self, request: Request, kind: str) -> None:
        """A token of ours, not older or newer than a minute."""
        api = request.path_params["api"]
        if kind not in API.get(api, ()):
            raise Wrong("not_found", status=404)
        self.headers.append(dict(request.headers))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False, "verify_exp": False})
        except jwt.InvalidTokenError:
            raise Wrong("jwt-invalid", status=403) from None
        self.claims.append(claims)
        now = self.kept.now().timestamp()
        if not now - 60 <= claims["iat"] <= now + self.leeway or claims["exp"] < now or claims["client_id"] != CLIENT:
            raise Wrong("jwt-not-valid-now", status=403)
        if api in self.forbidden or not allowed(f"oz-{api}", request.method, _pattern(request), self.granted):
            raise Wrong("permission_denied", status=403)

    def _listed(self, request: Request, kind: str) -> dict[str, Any]:
        asked = dict(request.query_params)
        if not set(asked) <= self.filters:
            raise Wrong("unknown-parameters")
        rows = [row for row in self.kept.kept[kind].values() if self._passes(row, asked)]
        page = int(asked.get("page", "1"))
        here = rows[(page - 1) * self.page_size : page * self.page_size]
        more = str(request.url.include_query_params(page=page + 1)) if len(rows) > page * self.page_size else None
        return {"count": len(rows), "next": self.foreign_next or more, "previous": None, "results": here}

    def _passes(self, row: dict[str, Any], asked: dict[str, str]) -> bool:
        plain = {"identificatie", "bronorganisatie", "zaaktypeIdentificatie", "zaak"} & set(asked)
        if any(row.get(name) != asked[name] for name in plain):
            return False
        if asked.get("status") == "definitief" and row.get("concept"):
            return False
        day = asked.get("datumGeldigheid")
        begins, ends = row.get("beginGeldigheid"), row.get("eindeGeldigheid")
        return day is None or ((begins is None or begins <= day) and (ends is None or ends > day))

    def _headers(self, request: Request) -> dict[str, str]:
        api = request.path_params["api"]
        said = {
            "API-version": self.versions.get(api, ""),
            "Date": formatdate(time.time() + self.kept.ahead, usegmt=True),
        }
        return {name: value for name, value in said.items() if value} | (CRS if api == "zaken" else {})

    def _reply(
        self, request: Request, body: Any, status: int = 200, headers: dict[str, str] | None = None
    ) -> JSONResponse:
        return JSONResponse(body, status, self._headers(request) | (headers or {}))

    def _refused(self, request: Request, wrong: Wrong) -> Response:
        said = {"code": wrong.code, "title": "Nee", "status": wrong.status, "detail": "PERSOON", "instance": "urn:x"}
        if wrong.status == 400:
            said |= {
                "invalidParams": [{"name": wrong.name, "code": wrong.code, "reason": "PERSOON"}],
                "code": "invalid",
            }
        return JSONResponse(said, wrong.status, self._headers(request), "application/problem+json")


def _pattern(request: Request) -> str:
    """The path as its document has it, without the names of what varies."""
    given = request.path_params
    place = f"/{given['kind']}" + ("/{}" if "uuid" in given else "")
    return place + ("/zaakeigenschappen" if request.url.path.endswith("/zaakeigenschappen") else "")


@dataclass
class Cutting:
    """ASGI middleware that breaks the connection at the request of this number (from 1).

    `heard`: the request still reached the system, only its answer was lost.
    """

    app: ASGIApp
    at: int = 0
    heard: bool = True
    count: int = 0
    seen: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.count += 1
        self.seen.append(f"{scope['method']} {scope['path']}")
        if self.count != self.at:
            await self.app(scope, receive, send)
            return

        async def nobody(message: Message) -> None:
            return None

        if self.heard:
            await self.app(scope, receive, nobody)
        head = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


@dataclass
class Running:
    """A stand-in that is up: itself, its judge, its state and the cutter before it."""

    system: StandIn
    judged: Judged
    cutting: Cutting
    base: str

    @property
    def state(self) -> State:
        return self.system.kept

    def fresh(self, **given: Any) -> None:
        """Begin with nothing and nothing odd, and a judge who saw nothing."""
        usual = {name: value for name, value in vars(StandIn()).items() if name != "app"}
        vars(self.system).update(usual, state=State(self.base, **given))
        self.cutting.at = 0
        self.judged.violations.clear()
        self.judged.exchanges.clear()


@contextmanager
def running() -> Iterator[Running]:
    """A case system on loopback."""
    system = StandIn()
    judged = Judged(system.app, DOCUMENTS)
    cutting = Cutting(judged)
    with served(cutting, date_header=False) as base:
        system.state = State(base)
        yield Running(system, judged, cutting, base)
