"""A reporter's system with its own state: outcomes by its own number, each question held against the published shape.

The schemas are written from VNG JZV Meldingen 1.0: what it says of `UitkomstMelding` and of `Melding`, in so far as
that names nobody.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import jwt
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

CLIENT = "ketenregie"
KEY = "een-geheim-waarmee-ketenregie-tekent-001"
STATUSES = ["VT-00", "VT-01-01", "VT-01-02", "VT-01-03", "VT-01-04", "VT-02", "VT-03", "VT-99"]
OUTCOME = {
    "type": "object",
    "required": ["registratienummer", "status"],
    "properties": {"registratienummer": {"type": "string", "minLength": 1}, "status": {"enum": STATUSES}},
    "additionalProperties": False,
}
ANSWER = {
    "type": "object",
    "required": ["vraag", "antwoord"],
    "properties": {"vraag": {"enum": ["VT-001", "VT-002"]}, "antwoord": {"type": "string", "minLength": 1}},
}
REPORT = {
    "type": "object",
    "required": ["registratienummer", "soort", "datumTijd", "zorgelijkeSituatie", "terugkoppelingGewenst"],
    "properties": {
        "registratienummer": {"type": "string", "minLength": 1},
        "soort": {"enum": ["NAZ", "VT", "ZVH"]},
        "datumTijd": {"type": "string", "format": "date-time"},
        "terugkoppelingGewenst": {"type": "boolean"},
        "zorgelijkeSituatie": {"properties": {"vraagAntwoord": {"type": "array", "items": ANSWER}}},
    },
}
RIGHT_OUTCOME, RIGHT_REPORT = Draft202012Validator(OUTCOME), Draft202012Validator(REPORT)


@dataclass
class ReporterStandin:
    """ASGI. `weather`: what happens to the next questions, each a status, `cut` (done, and no answer) or `fine`; or
    `page 404`: a page of a web server with this status.

    `absent`: what it says to a PUT of what is not there.
    """

    outcomes: dict[str, str] = field(default_factory=dict)
    history: list[tuple[str, str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    weather: deque[int | str] = field(default_factory=deque)
    retry_after: str = ""
    absent: int = 404

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        answer = await self._answer(request)
        if answer is None:
            raise ConnectionAbortedError
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        self.asked.append(request.method)
        if not self._signed(request):
            return _no(401)
        weather = self.weather.popleft() if self.weather else "fine"
        if isinstance(weather, int):
            return _no(weather, {"Retry-After": self.retry_after} if self.retry_after else {})
        if weather.startswith("page"):
            return HTMLResponse("<h1>Onderhoud</h1>", int(weather.removeprefix("page")))
        if weather == "slow":
            await asyncio.sleep(30)  # longer than anybody's patience
        answer = await self._done(request)
        return None if weather == "cut" else answer

    def _signed(self, request: Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            return bool(jwt.decode(token, KEY, algorithms=["HS256"])["client_id"] == CLIENT)
        except jwt.PyJWTError:
            return False

    async def _done(self, request: Request) -> Response:
        if request.method == "GET":
            number = request.url.path.rpartition("/")[2]
            known = {"registratienummer": number, "status": self.outcomes.get(number)}
            return JSONResponse(known) if number in self.outcomes else _no(404)
        given: Any = await request.json()
        self.violations += [error.message for error in RIGHT_OUTCOME.iter_errors(given)]
        number, status = given["registratienummer"], given["status"]
        if (request.method == "POST") is (number in self.outcomes):
            return _no(409 if number in self.outcomes else self.absent)
        self.outcomes[number] = status
        self.history.append((request.method, number, status))
        return JSONResponse(given, 201 if request.method == "POST" else 200)


def _no(status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"code": "nee", "status": status}, status, headers, media_type="application/problem+json")


def report(**changes: Any) -> dict[str, Any]:
    """A report as a reporter's system posts it, with changes; `None` leaves a field out. `k_…`: within `ketenregie`."""
    more = {
        "gezinsnummer": "H26-LMNPQRST",
        "gemeente": "MEERDORP",
        "wijk": "MD-DORP",
        "aard": "partnergeweld",
        "bekendheidMelder": "open",
        "opWachtlijst": False,
        "mogelijkAcuut": False,
        "meldnorm": 2,
        "gezinsleden": [
            {"sleutel": "A", "rol": "volwassene", "geboortejaar": 1985},
            {"sleutel": "B", "rol": "kind", "geboortejaar": None},
        ],
    } | {name[2:]: value for name, value in changes.items() if name.startswith("k_")}
    given = {
        "registratienummer": "PL-26-BCDFGHJK",
        "soort": "VT",
        "datumTijd": "2026-04-20T22:05:00+02:00",
        "terugkoppelingGewenst": True,
        "zorgelijkeSituatie": {
            "vraagAntwoord": [{"vraag": "VT-001", "antwoord": "nee"}, {"vraag": "VT-002", "antwoord": "ja"}]
        },
        "ketenregie": {name: value for name, value in more.items() if value != "-"},
    } | {name: value for name, value in changes.items() if not name.startswith("k_")}
    return {name: value for name, value in given.items() if value is not None}
