"""A case at the border: offered in the ledger, with a stand-in for the local team's own system on the other side."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlmodel import col, select

from integrations.ledger.partner_tables import HandoverOffer
from integrations.ledger.tables import Audit
from integrations.partners import partners
from integrations.settings import settings
from tasks.partner_rounds import DAILY, FREQUENT, run_partner_rounds
from tests.chain import Chain
from tests.partners.cutting import Cutter, cuttable
from tests.partners.judged import Judged
from tests.partners.klantinteracties_standin import ACTOR, BASE, TOKEN, KlantinteractiesStandIn
from tests.partners.server import served
from tests.partners.zgw import RSIN
from tests.partners.zgw_standin import CLIENT, DOCUMENTS, SECRET, StandIn
from tests.partners.zgw_state import KIND, State

LOCAL = "CJG-MEERDORP"
OFFERED = "2026-06-02T10:00"
MOMENT = timedelta(minutes=2)


class Peer(Protocol):
    """The other side, whatever it speaks."""

    judged: Judged

    def fresh(self, url: str) -> str:
        """Begin with nothing, reached at this address; its section of the partners' file."""
        ...

    def accept(self, number: str, talk_on: str = "2026-06-03") -> None:
        """The people there accept, having talked with the family on this day ('' when they do not say)."""
        ...

    def refuse(self, number: str) -> None:
        """They refuse for want of capacity."""
        ...

    def remote(self, number: str) -> str:
        """The path of what stands there for this number; there must be one of it."""
        ...

    def withdrawn(self, number: str) -> bool:
        """Whether it was taken back there."""
        ...

    def doubled(self) -> list[str]:
        """What there is more than one of."""
        ...


@dataclass
class Klantinteracties:
    """The peer that gets an internetaak."""

    stand_in: KlantinteractiesStandIn = field(default_factory=KlantinteractiesStandIn)

    def __post_init__(self) -> None:
        self.judged = self.stand_in.judged()

    def fresh(self, url: str) -> str:
        self.stand_in.forget()
        return f"""
[[klantinteracties]]
organisation = "{LOCAL}"
connection = {{ url = "{url}{BASE[1:]}/", timeout = 20, bound = 60 }}
secret = "meerdorp"
answers_as = "WT-201"
actor = "{ACTOR}"
accepted = ["AANVAARD"]
refusals = {{ WEIGERING-CAPACITEIT = "capacity" }}
talk_follows = true
takes_risks = true
"""

    def accept(self, number: str, talk_on: str = "2026-06-03") -> None:
        self.stand_in.answer(number, f"AANVAARD {talk_on}".strip())

    def refuse(self, number: str) -> None:
        self.stand_in.answer(number, "WEIGERING-CAPACITEIT")

    def remote(self, number: str) -> str:
        return str(self.stand_in.task(number)["url"])

    def withdrawn(self, number: str) -> bool:
        task = self.stand_in.task(number)
        return bool(task["status"] == "verwerkt" and task["toelichting"].startswith("INGETROKKEN"))

    def doubled(self) -> list[str]:
        return self.stand_in.doubled()


@dataclass
class Zgw:
    """The peer that gets a zaak."""

    stand_in: StandIn = field(default_factory=StandIn)

    def __post_init__(self) -> None:
        self.judged = Judged(self.stand_in.app, DOCUMENTS)

    def fresh(self, url: str) -> str:
        self.stand_in.state = State(url)
        places = "\n".join(
            f'{name} = {{ url = "{url}{name}/api/v1/", timeout = 20, bound = 60 }}'
            for name in ("zaken", "catalogi", "documenten")
        )
        return f"""
[[zgw]]
organisation = "{LOCAL}"
{places}
client_id = "{CLIENT}"
secret = "zgw"
answers_as = "WT-201"
rsin = "{RSIN}"
responsible = "{RSIN}"
zaaktype = "OVERDRACHT"
document_type = "{KIND}"
peer_version = "1.30.0"
[zgw.answers]
accepted_status = ["In behandeling"]
refused_result = {{ "Geen capaciteit" = "capacity" }}
withdrawn_result = "Ingetrokken"
talk_on = "eigenschap:Datum gesprek"
takes_risks = "ja"
"""

    def accept(self, number: str, talk_on: str = "2026-06-03") -> None:
        if talk_on:
            self.stand_in.kept.set_property(self.remote(number), "Datum gesprek", talk_on.replace("-", ""))
        self.stand_in.kept.set_status(self.remote(number), "In behandeling")

    def refuse(self, number: str) -> None:
        self.stand_in.kept.set_result(self.remote(number), "Geen capaciteit")

    def remote(self, number: str) -> str:
        return str(self._zaak(number)["url"])

    def withdrawn(self, number: str) -> bool:
        result = self._zaak(number)["resultaat"]
        kept = self.stand_in.kept
        return bool(result) and kept.at("resultaten", result, "")["resultaattype"] == self._kind("Ingetrokken")

    def doubled(self) -> list[str]:
        kept = self.stand_in.kept.kept
        named = [row["identificatie"] for row in kept["zaken"].values()]
        parts = [
            (kind, row["zaak"], row.get("statustype") or row.get("resultaattype") or row.get("informatieobject"))
            for kind in ("statussen", "resultaten", "zaakinformatieobjecten")
            for row in kept[kind].values()
        ]
        return [f"{one}" for one, times in Counter([*named, *parts]).items() if times > 1]

    def _kind(self, name: str) -> str:
        return str(self.stand_in.kept.named("resultaattypen", name)["url"])

    def _zaak(self, number: str) -> dict[str, Any]:
        found = [row for row in self.stand_in.kept.kept["zaken"].values() if row["identificatie"] == number]
        assert len(found) == 1, f"{len(found)} zaken"
        return found[0]


THEIRS = "what-the-notifications-api-shows-us-when-it-calls"
SECRETS = {"meerdorp": TOKEN, "zgw": SECRET, "theirs": THEIRS}
NOTIFIED = """
[[notificaties]]
name = "nrc"
connection = { url = "http://127.0.0.1:9/api/v1/", timeout = 1, bound = 1 }
client_id = "ketenregie"
secret = "theirs"
callback_url = "http://127.0.0.1:9/notificaties/nrc"
callback_secret = "theirs"
"""
PEERS: dict[str, Callable[[], Peer]] = {"klantinteracties": Klantinteracties, "zgw": Zgw}


@dataclass
class Border:
    """Both sides, and what happens between them."""

    chain: Chain
    peer: Peer
    cutter: Cutter

    def offers(self) -> list[HandoverOffer]:
        """Every offer, oldest first."""
        with self.chain.ledger.reading() as session:
            return list(session.exec(select(HandoverOffer).order_by(col(HandoverOffer.id))))

    @property
    def offer(self) -> HandoverOffer:
        """The last offer."""
        return self.offers()[-1]

    def rounds(self, at: str = "") -> list[str]:
        """The frequent rounds, two minutes later or at this moment."""
        self._later(at)
        return run_partner_rounds(self.chain.ledger, self.chain.now, FREQUENT)

    def daily(self, at: str = "") -> list[str]:
        """The daily rounds, whose turn it may be or not."""
        self._later(at)
        return run_partner_rounds(self.chain.ledger, self.chain.now, DAILY)

    def settle(self, most: int = 30) -> None:
        """Rounds with a day between them, until nothing is left to do at the other side."""
        for _ in range(most):
            self.chain.now += timedelta(days=1)
            said = [*self.rounds(), *self.daily()]
            if not said:
                return

    def acts(self, act: str) -> int:
        """How often this stands in the trail."""
        with self.chain.ledger.reading() as session:
            return len(session.exec(select(Audit.seq).where(Audit.act == act)).all())

    def _later(self, at: str) -> None:
        self.chain.at(at)
        self.chain.now += timedelta() if at else MOMENT


@contextmanager
def at_the_border(chain: Chain, peer: Peer, folder: Path) -> Iterator[Border]:
    """The peer is there, and the partners' file in this folder names it."""
    with (
        served(peer.judged, date_header=False) as target,
        cuttable(target) as cutter,
        installed(folder, peer.fresh(cutter.url)),
    ):
        yield Border(chain, peer, cutter)


@contextmanager
def installed(folder: Path, text: str) -> Iterator[None]:
    """This partners' file and our secrets, for this process and its children."""
    file = folder / "partners.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KETENREGIE_PARTNERS", str(file))
        patch.setenv("KETENREGIE_SECRETS", json.dumps(SECRETS))
        _forget()
        yield
    _forget()


def _forget() -> None:
    settings.cache_clear()
    partners.cache_clear()
