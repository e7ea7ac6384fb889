"""A configured Klantinteracties system of a test: its section of the partners' file, an offer, and our side of it."""

from datetime import date
from typing import Any

from pydantic import SecretStr

from integrations.handover import Offer
from integrations.http import Connection, Door
from integrations.http.token_auth import TokenAuth
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.klantinteracties.system import KlantinteractiesHandovers
from tests.partners.klantinteracties_standin import ACTOR, BASE, TOKEN, KlantinteractiesStandIn

OFFER = Offer("K7Q3-H9FM-C.007.1", "K7Q3-H9FM-C", "Z-12", date(2026, 6, 2), date(2026, 6, 9), "https://keten.example/x")
AGREED: dict[str, Any] = {"accepted": ("AANVAARD",), "refusals": {"WEIGERING-CAPACITEIT": "capacity"}}


def system(url: str = "http://127.0.0.1:9/", **more: Any) -> KlantinteractiesSystem:
    given = {"organisation": "CJG-MEERDORP", "secret": "meerdorp", "answers_as": "WT-201", "actor": ACTOR}
    connection = Connection(url=f"{url}{BASE[1:]}/", timeout=20, bound=60)
    return KlantinteractiesSystem.model_validate(given | {"connection": connection} | AGREED | more)


class Meeting:
    """The stand-in, and our side of it."""

    def __init__(self, url: str, stand_in: KlantinteractiesStandIn) -> None:
        self.url, self.stand_in = url, stand_in
        self.door = Door(system(url).connection, auth=TokenAuth(SecretStr(TOKEN)))
        self.ours = KlantinteractiesHandovers(system(url), self.door)
