"""The systems that are asked: a Notificaties API, a BRP and a partner's waiting list, which answer in canaries."""

from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.faults.leaks_canaries import Canaries, citizen_number
from tests.partners import brp_standin, token_standin
from tests.partners.brp_standin import PERSONEN, UPDATE, BrpStandIn, write_keys
from tests.partners.nrc_standin import Nrc
from tests.partners.test_signals import DAY, HERE
from tests.partners.token_standin import TokenStandIn

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
token.url = "{tokens}{token}"
token.client = "{known}"
token.secret = "token"
token.scope = "{scope}"
token.extra.resourceServer = "{server}"
"""
SECRETS = {
    "nrc": KEY,
    "zorg": "een-geheim-van-de-zorg",
    "brp": brp_standin.KEY,
    "token": token_standin.ASKED["client_secret"],
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
    tokens: TokenStandIn = field(default_factory=TokenStandIn)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        write_keys(self.keys)
        self.brp.token = self.tokens.takes

    def apps(self) -> dict[str, ASGIApp]:
        """Each by the name of its wire."""
        figures = Starlette(routes=[Route("/wachtlijsten/", self._figures)])
        brp, tokens = self.brp.app().app, self.tokens.app()
        return {"nrc": self.nrc.app(), "brp": brp, "tokens": tokens, "figures": figures}

    def section(self, urls: dict[str, str], busy: str) -> str:
        """Of the partners' file."""
        paths = {"update": UPDATE[1:], "personen": PERSONEN[1:], "keys": self.keys}
        asked = token_standin.ASKED
        token = {"token": token_standin.PATH, "known": asked["client_id"], "scope": asked["scope"]}
        given = {**urls, **paths, **token, "server": asked["resourceServer"]}
        return FILE.format(client=CLIENT, link=self.canaries.code("LINK"), busy=busy, **given)

    def live(self, reference: str, words: list[str]) -> None:
        """Two people of this case moved, and all that the sources say holds `words`."""
        self.words, self.tokens.also = words, {"toelichting": words}
        numbers = citizen_number(1), citizen_number(2)
        write_keys(self.keys, *(f"{reference};{key};{number}" for key, number in zip("AB", numbers, strict=True)))
        for number in numbers:
            where = HERE | {"datumVan": DAY, "verblijfadres": {"korteNaam": words[0], "postcode": words[-1]}}
            self.brp.moves(number, naam={"volledigeNaam": " ".join(words)}, verblijfplaats=where)

    def _figures(self, _: Request) -> Response:
        good = {"soort": "verslaving", "dag": "2026-05-01", "aantal": 52, "mediaan_dagen": None}
        spoilt = [{**good, name: words} for words in self.words for name in (*good, "organisatie", "naam")]
        return JSONResponse({"wachtlijsten": [good, *spoilt], "toelichting": self.words})
