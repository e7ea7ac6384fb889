"""The systems that are asked: a Notificaties API, a BRP and a partner's waiting list, which answer in canaries."""

from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.faults.leaks_canaries import Canaries, citizen_number
from tests.partners import brp_standin
from tests.partners.brp_standin import PERSONEN, UPDATE, BrpStandIn, write_keys
from tests.partners.nrc_standin import Nrc
from tests.partners.test_signals import DAY, HERE

CLIENT, KEY = "ketenregie", "een-sleutel-voor-het-abonnement-van-40-tekens"
FILE = """
[[notificaties]]
name = "nrc"
connection = {{ url = "{nrc}api/v1/", {busy} }}
client_id = "{client}"
secret = "nrc"
callback_url = "http://127.0.0.1:9/{link}/notificaties/nrc"
callback_secret = "theirs"

[[figures]]
organisation = "ZORG-KUST"
secret = "zorg"
connection = {{ url = "{figures}wachtlijsten/", {busy} }}

[[brp]]
name = "BRP-KUST"
secret = "brp"
mark_secret = "merken"
keys = "{keys}"
update = {{ url = "{brp}{update}/", {busy} }}
personen = {{ url = "{brp}{personen}/", {busy} }}
"""
SECRETS = {
    "nrc": KEY,
    "zorg": "een-geheim-van-de-zorg",
    "brp": brp_standin.KEY,
    "merken": "een-geheim-waarmee-niemand-anders-merken-maakt",
}
LEAVES = {("nrc:body", "LINK"), ("brp:head", ""), ("brp:body", "")}
"""Our own address for a notification, and to the BRP the citizen service numbers that stand in the file of keys."""


@dataclass
class Sources:
    """Their stand-ins; `keys`: the file that ties our references to people, outside the ledger."""

    keys: Path
    canaries: Canaries
    nrc: Nrc = field(default_factory=lambda: Nrc({CLIENT: KEY}, tries_callbacks=False))
    brp: BrpStandIn = field(default_factory=BrpStandIn)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        write_keys(self.keys)

    def apps(self) -> dict[str, ASGIApp]:
        """Each by the name of its wire."""
        figures = Starlette(routes=[Route("/wachtlijsten/", self._figures)])
        return {"nrc": self.nrc.app(), "brp": self.brp.app().app, "figures": figures}

    def section(self, urls: dict[str, str], busy: str) -> str:
        """Of the partners' file."""
        paths = {"update": UPDATE[1:], "personen": PERSONEN[1:], "keys": self.keys}
        return FILE.format(client=CLIENT, link=self.canaries.code("LINK"), busy=busy, **urls, **paths)

    def live(self, reference: str, words: list[str]) -> None:
        """Two people of this case moved, and all that the sources say holds `words`."""
        self.words = words
        numbers = citizen_number(1), citizen_number(2)
        write_keys(self.keys, *(f"{reference};{key};{number}" for key, number in zip("AB", numbers, strict=True)))
        for number in numbers:
            where = HERE | {"datumVan": DAY, "verblijfadres": {"korteNaam": words[0], "postcode": words[-1]}}
            self.brp.moves(number, naam={"volledigeNaam": " ".join(words)}, verblijfplaats=where)

    def _figures(self, _: Request) -> Response:
        good = {"soort": "verslaving", "dag": "2026-05-01", "aantal": 52, "mediaan_dagen": None}
        spoilt = [{**good, name: words} for words in self.words for name in (*good, "organisatie", "naam")]
        return JSONResponse({"wachtlijsten": [good, *spoilt], "toelichting": self.words})
