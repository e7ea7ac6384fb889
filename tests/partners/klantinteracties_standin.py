"""A case system that speaks Klantinteracties: klantcontacten, onderwerpobjecten and internetaken with their own state.

Like Open Klant: a number for each, `afgehandeldOp` when a task is handled, a token. What people do there is played by
`answer`.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.partners.judged import Judged

BASE = "/klantinteracties/api/v1"
DOCUMENTS = {BASE: "klantinteracties"}
ACTOR = "5a2e6f1c-0000-4000-8000-00000000a001"
TOKEN = "stand-in-token"
Row = dict[str, Any]


@dataclass
class KlantinteractiesStandIn:
    """Its state, and the app that shows it. `clock` gives the moment on which a task is handled there."""

    now: datetime = field(default_factory=lambda: datetime(2026, 6, 3, 9, 0, tzinfo=UTC))
    contacts: list[Row] = field(default_factory=list)
    objects: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    made: int = 0
    ignores_filters: bool = False

    def forget(self) -> None:
        """As if nothing ever came in."""
        for rows in (self.contacts, self.objects, self.tasks):
            rows.clear()

    def app(self) -> Starlette:
        """The app; not judged."""
        return Starlette(
            routes=[
                Route(f"{BASE}/actoren/{{uuid}}", self._actor),
                Route(f"{BASE}/maak-klantcontact", self._make_contact, methods=["POST"]),
                Route(f"{BASE}/onderwerpobjecten", self._list_objects),
                Route(f"{BASE}/internetaken", self._internetaken, methods=["GET", "POST"]),
                Route(f"{BASE}/internetaken/{{uuid}}", self._internetaak, methods=["GET", "PATCH"]),
            ]
        )

    def judged(self) -> Judged:
        """The app under its judge."""
        return Judged(self.app(), DOCUMENTS)

    def task(self, number: str) -> Row:
        """The internetaak about our number; there must be one of it, and one klantcontact."""
        found = [row for row in self.objects if row["onderwerpobjectidentificator"]["objectId"] == number]
        assert len(found) == 1, f"{len(found)} klantcontacten"
        contact = found[0]["klantcontact"]["uuid"]
        tasks = [row for row in self.tasks if row["aanleidinggevendKlantcontact"]["uuid"] == contact]
        assert len(tasks) == 1, f"{len(tasks)} internetaken"
        return tasks[0]

    def answer(self, number: str, words: str = "") -> Row:
        """What the people there do: write above our line, and mark it handled."""
        row = self.task(number)
        text = f"{words}\n{row['toelichting']}" if words else row["toelichting"]
        self._change(row, {"toelichting": text, "status": "verwerkt"})
        return row

    def doubled(self) -> list[str]:
        """What there is more than one of, or what hangs loose."""
        numbers = [row["onderwerpobjectidentificator"]["objectId"] for row in self.objects]
        contacts = [row["aanleidinggevendKlantcontact"]["uuid"] for row in self.tasks]
        return [
            *(f"klantcontact {number}" for number in set(numbers) if numbers.count(number) > 1),
            *("internetaak" for contact in set(contacts) if contacts.count(contact) > 1),
        ]

    def _actor(self, request: Request) -> Response:
        if request.path_params["uuid"] != ACTOR:
            return _refused(404, "not_found")
        url = f"{_root(request)}/actoren/{ACTOR}"
        unit = {"naam": "Wijkteam", "soortActor": "organisatorische_eenheid", "indicatieActief": True}
        return _answer(request, unit | {"uuid": ACTOR, "url": url, "actorIdentificatie": {}})

    async def _make_contact(self, request: Request) -> Response:
        if not _allowed(request):
            return _refused(403, "permission_denied")
        given = await request.json()
        uuid, about = self._uuid(), self._uuid()
        url, object_url = f"{_root(request)}/klantcontacten/{uuid}", f"{_root(request)}/onderwerpobjecten/{about}"
        linked = {"gingOverOnderwerpobjecten": [{"uuid": about, "url": object_url}]}
        empty: Row = {name: [] for name in ("hadBetrokkenActoren", "hadBetrokkenen", "leiddeTotInterneTaken")}
        contact = given["klantcontact"] | linked | empty | {"omvatteBijlagen": [], "uuid": uuid, "url": url}
        thing = given["onderwerpobject"] | {
            "uuid": about,
            "url": object_url,
            "klantcontact": {"uuid": uuid, "url": url},
        }
        self.contacts.append(contact)
        self.objects.append(thing)
        return _answer(request, {"klantcontact": contact, "onderwerpobject": thing}, 201)

    def _list_objects(self, request: Request) -> Response:
        wanted = request.query_params.get("onderwerpobjectidentificatorObjectId")
        register = request.query_params.get("onderwerpobjectidentificatorCodeRegister")
        found = [
            row
            for row in self.objects
            if self.ignores_filters
            or (
                wanted in (None, row["onderwerpobjectidentificator"]["objectId"])
                and register in (None, row["onderwerpobjectidentificator"]["codeRegister"])
            )
        ]
        return _page(request, found)

    async def _internetaken(self, request: Request) -> Response:
        if request.method == "GET":
            wanted = request.query_params.get("aanleidinggevendKlantcontact__uuid")
            found = [row for row in self.tasks if wanted in (None, row["aanleidinggevendKlantcontact"]["uuid"])]
            return _page(request, found)
        if not _allowed(request):
            return _refused(403, "permission_denied")
        given = await request.json()
        contact = next(row for row in self.contacts if row["uuid"] == given["aanleidinggevendKlantcontact"]["uuid"])
        actors = [
            actor | {"url": f"{_root(request)}/actoren/{actor['uuid']}"} for actor in given["toegewezenAanActoren"]
        ]
        uuid = self._uuid()
        row = given | {
            "uuid": uuid,
            "url": f"{_root(request)}/internetaken/{uuid}",
            "nummer": f"{self.made:010d}",
            "aanleidinggevendKlantcontact": {"uuid": contact["uuid"], "url": contact["url"]},
            "toegewezenAanActoren": actors,
            "toegewezenAanActor": actors[0],
            "toegewezenOp": self.now.isoformat(),
            "afgehandeldOp": None,
        }
        self.tasks.append(row)
        return _answer(request, row, 201)

    async def _internetaak(self, request: Request) -> Response:
        row = next((row for row in self.tasks if row["uuid"] == request.path_params["uuid"]), None)
        if row is None:
            return _refused(404, "not_found")
        if request.method == "PATCH":
            self._change(row, await request.json())
        return _answer(request, row)

    def _change(self, row: Row, given: Row) -> None:
        row.update(given)
        done = row["status"] == "verwerkt"
        row["afgehandeldOp"] = (row["afgehandeldOp"] or self.now.isoformat()) if done else None

    def _uuid(self) -> str:
        self.made += 1
        return str(UUID(int=(4 << 76) | (2 << 62) | self.made))


def _allowed(request: Request) -> bool:
    return request.headers.get("authorization") == f"Token {TOKEN}"


def _root(request: Request) -> str:
    return re.sub(r"/$", "", str(request.base_url)) + BASE


def _page(request: Request, found: list[Row]) -> Response:
    if not _allowed(request):
        return _refused(403, "permission_denied")
    return _answer(request, {"count": len(found), "next": None, "previous": None, "results": found})


def _answer(request: Request, body: Row, status: int = 200) -> Response:
    if not _allowed(request):
        return _refused(403, "permission_denied")
    return JSONResponse(body, status, {"API-version": "0.9.0"})


def _refused(status: int, code: str) -> Response:
    return JSONResponse({"code": code, "title": code, "status": status, "detail": ""}, status)
