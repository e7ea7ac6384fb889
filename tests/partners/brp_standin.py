"""A stand-in for a municipality's BRP: who is followed, who changed, and what is known of them. Test numbers only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.partners.judged import Judged

UPDATE, PERSONEN = "/haalcentraal/api/brpupdate", "/haalcentraal/api/brp"
KEY = "een-sleutel-van-de-brp"
HAL, PROBLEM = "application/hal+json", "application/problem+json"
CHARSET = "application/json; charset=utf-8"


def write_keys(file: Path, *rows: str, mode: int = 0o600) -> None:
    """The file that ties our references to people, outside the ledger; a row is `kenmerk;persoon;bsn`."""
    file.write_text("\n".join(("kenmerk;persoon;bsn", *rows)) + "\n", encoding="utf-8")
    file.chmod(mode)


@dataclass
class BrpStandIn:
    """Its own state: follows with their end, the people, who changed, and what goes wrong."""

    follows: dict[str, str] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    asked_since: list[str] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    refuses: dict[str, int] = field(default_factory=dict)
    """Path → status of every answer there."""
    token: Callable[[str | None], bool] | None = None
    """Whether a request with this Authorization comes in; else it is the key that counts."""

    def app(self) -> Judged:
        routes = [
            Route(f"{UPDATE}/volgindicaties", self._list),
            Route(f"{UPDATE}/volgindicaties/{{number}}", self._put, methods=["PUT"]),
            Route(f"{UPDATE}/wijzigingen", self._changes),
            Route(f"{PERSONEN}/personen", self._personen, methods=["POST"]),
        ]
        return Judged(Starlette(routes=routes), {UPDATE: "brp-update", PERSONEN: "brp-personen"})

    def moves(self, number: str, **known: Any) -> None:
        """Something changed with this person, and this is what is known now."""
        self.people[number] = {"burgerservicenummer": number, **known}
        self.changed.append(number)

    def _refused(self, request: Request) -> Response | None:
        status = self.refuses.get(request.url.path.rpartition("/")[2], 0)
        if not self._known(request):
            status = 401
        if not status:
            return None
        return JSONResponse({"title": "Nee", "status": status, "code": "nee"}, status, media_type=PROBLEM)

    def _known(self, request: Request) -> bool:
        if self.token:
            return self.token(request.headers.get("authorization"))
        return request.headers.get("x-api-key") == KEY

    def _list(self, request: Request) -> Response:
        active = [{"burgerservicenummer": number} for number, until in self.follows.items() if not until]
        return self._refused(request) or JSONResponse({"volgindicaties": active})

    async def _put(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        number, given = request.path_params["number"], await request.json()
        new = number not in self.follows
        self.follows[number] = given.get("einddatum", "")
        answer = {"burgerservicenummer": number, "begindatum": "2026-05-01", **given}
        return JSONResponse(answer, 201, media_type=HAL) if new else JSONResponse(answer)

    def _changes(self, request: Request) -> Response:
        self.asked_since.append(request.query_params.get("vanaf", ""))
        return self._refused(request) or JSONResponse({"burgerservicenummers": self.changed}, media_type=HAL)

    async def _personen(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        question: Mapping[str, Any] = await request.json()
        self.questions.append(dict(question))
        found = [self.people[number] for number in question["burgerservicenummer"] if number in self.people]
        return JSONResponse({"type": question["type"], "personen": found}, media_type=CHARSET)
