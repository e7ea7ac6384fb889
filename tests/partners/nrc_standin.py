"""A Notificaties API with a state of its own: subscriptions, channels, and deliveries that are really tried again.

As Open Notificaties it tries a callback before it takes a subscription: without the token it must be refused, with it
answer 204. A message is delivered at least once: any 2xx ends it, anything else is tried again after the next wait.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

BASE = "/api/v1"
TRIAL: dict[str, Any] = {
    "kanaal": "test",
    "hoofdObject": "http://some.hoofdobject.nl/",
    "resource": "some_resource",
    "resourceUrl": "http://some.resource.nl/",
    "actie": "create",
    "aanmaakdatum": "2019-01-01T12:00:00Z",
    "kenmerken": {},
}
FILTERS = ["bronorganisatie", "zaaktype", "vertrouwelijkheidaanduiding"]


@dataclass
class Nrc:
    """The stand-in. `clients`: client → secret. `wrong`: answers this to everything, to play bad weather."""

    clients: dict[str, str]
    tries_callbacks: bool = True
    waits: tuple[float, ...] = (0.05,) * 100
    wrong: Callable[[Request], Response | None] = lambda _: None
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, list[str]] = field(default_factory=lambda: {"zaken": FILTERS})
    delivered: list[tuple[str, int]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    on_their_way: set[asyncio.Task[None]] = field(default_factory=set)

    def app(self) -> Starlette:
        """The ASGI app, under BASE."""
        routes = [
            Route(f"{BASE}/abonnement", self._guarded(self._list), methods=["GET"]),
            Route(f"{BASE}/abonnement", self._guarded(self._make), methods=["POST"]),
            Route(f"{BASE}/abonnement/{{uuid}}", self._guarded(self._one), methods=["PUT", "DELETE"]),
            Route(f"{BASE}/kanaal", self._guarded(self._channels), methods=["GET"]),
            Route(f"{BASE}/notificaties", self._guarded(self._publish), methods=["POST"]),
        ]
        return Starlette(routes=routes)

    def put_there(self, url: str, callback: str, channels: dict[str, dict[str, str]]) -> str:
        """A subscription that somebody made earlier; its address."""
        number = str(uuid4())
        groups = [{"naam": name, "filters": filters} for name, filters in channels.items()]
        self.subscriptions[number] = {"callbackUrl": callback, "auth": "Bearer van-toen", "kanalen": groups}
        return f"{url}api/v1/abonnement/{number}"

    def _guarded(self, handle: Any) -> Any:
        async def guarded(request: Request) -> Response:
            if (answer := self.wrong(request)) is not None:
                return answer
            return await handle(request) if self._known(request) else fault(403, "jwt-invalid")

        return guarded

    def _known(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            client = jwt.decode(token, options={"verify_signature": False})["client_id"]
            claims = jwt.decode(token, self.clients[client], algorithms=["HS256"], options={"require": ["iss", "iat"]})
        except (jwt.PyJWTError, KeyError):
            return False
        return {"user_id", "user_representation"} <= claims.keys()

    async def _list(self, request: Request) -> Response:
        return JSONResponse([self._shown(request, number) for number in self.subscriptions])

    async def _channels(self, request: Request) -> Response:
        found = [{"url": f"{request.url}/{uuid4()}", "naam": name, "filters": f} for name, f in self.channels.items()]
        return JSONResponse(found)

    async def _make(self, request: Request) -> Response:
        given = await request.json()
        if (no := await self._not_right(given)) is not None:
            return no
        number = str(uuid4())
        self.subscriptions[number] = given
        return JSONResponse(self._shown(request, number), 201)

    async def _one(self, request: Request) -> Response:
        number = request.path_params["uuid"]
        if number not in self.subscriptions:
            return fault(404, "not-found")
        if request.method == "DELETE":
            del self.subscriptions[number]
            return Response(status_code=204)
        given = await request.json()
        if (no := await self._not_right(given)) is not None:
            return no
        self.subscriptions[number] = given
        return JSONResponse(self._shown(request, number))

    def _shown(self, request: Request, number: str) -> dict[str, Any]:
        kept = {key: value for key, value in self.subscriptions[number].items() if key != "auth"}
        return {"url": f"{request.base_url}api/v1/abonnement/{number}", "sendCloudevents": False} | kept

    async def _not_right(self, given: dict[str, Any]) -> Response | None:
        for group in given.get("kanalen", []):
            if not set(group.get("filters", {})) <= set(self.channels.get(group["naam"], ())):
                return fault(400, "invalid", "inconsistent-abonnement-filters")
        if not self.tries_callbacks:
            return None
        bare = await _post(given["callbackUrl"], TRIAL, None)
        if bare not in (401, 403):
            return fault(400, "invalid", "no-auth-on-callback-url")
        right = await _post(given["callbackUrl"], TRIAL, given["auth"]) == 204
        return None if right else fault(400, "invalid", "invalid-callback-url")

    async def _publish(self, request: Request) -> Response:
        message = await request.json()
        for given in list(self.subscriptions.values()):
            if any(_fits(group, message) for group in given.get("kanalen", [])):
                task = asyncio.create_task(self._deliver(given, message))
                self.on_their_way.add(task)
                task.add_done_callback(self.on_their_way.discard)
        return JSONResponse(message, 201)

    async def _deliver(self, given: dict[str, Any], message: dict[str, Any]) -> None:
        for wait in (*self.waits, None):
            status = await _post(given["callbackUrl"], message, given["auth"])
            self.delivered.append((message["resourceUrl"], status))
            if 200 <= status < 300:
                return
            if wait is not None:
                await asyncio.sleep(wait)
        self.lost.append(message["resourceUrl"])


def _fits(group: dict[str, Any], message: dict[str, Any]) -> bool:
    wanted = group.get("filters", {})
    return bool(group["naam"] == message["kanaal"]) and wanted.items() <= message.get("kenmerken", {}).items()


async def _post(url: str, content: dict[str, Any], auth: str | None) -> int:
    """The status, 0 when there was none."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        try:
            return (await client.post(url, json=content, headers={"Authorization": auth} if auth else {})).status_code
        except httpx.HTTPError:
            return 0


def fault(status: int, code: str, param: str = "") -> Response:
    """A Fout, or a ValidatieFout with one field, as the document has them."""
    body: dict[str, Any] = {"code": code, "title": "Fout", "status": status, "detail": "", "instance": "urn:uuid:0"}
    if status == 400:
        body["invalidParams"] = [{"name": "callbackUrl", "code": param, "reason": "niet goed"}]
    return JSONResponse(body, status, media_type="application/problem+json")
