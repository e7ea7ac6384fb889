"""A case of canaries whose every outgoing hand reaches a partner: messages, events, a hand-over, outcomes."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle

import pytest
from sqlmodel import select

from integrations.ledger import SYSTEM
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Audit, ProfessionalRow
from integrations.partners import partners
from integrations.settings import settings
from tasks.deliver_messages import deliver_messages
from tasks.partner_rounds import FREQUENT, run_daily_rounds, run_partner_rounds
from tasks.receive_report import Received
from tasks.return_status_plan import CURSOR
from tests.chain import Chain
from tests.faults import leaks_sources
from tests.faults.leaks_canaries import Canaries
from tests.faults.leaks_sources import Sources
from tests.faults.leaks_wire import Wire
from tests.faults.leaks_world import ALLOWED, LeakWorld
from tests.messages.servers import closed_port
from tests.partners import events_standin, notifynl_standin, reporter_standin
from tests.partners.border import SECRETS, Klantinteracties, Zgw
from tests.partners.notifynl_rows import CALLBACK, NUMBER
from tests.partners.server import served
from tests.region import RECEIVED
from tests.stages import offered

PEERS = {"klantinteracties": Klantinteracties, "zgw": Zgw}
PASSING, FINAL = (500, 503, 429, 502), (400, 403)
BUSY = "timeout = 20, bound = 60"
FILE = """
[notifynl]
connection = {{ url = "{notifynl}", {busy} }}
api_key = "notify"
email_template = "{email}"
sms_template = "{sms}"
callback_secret = "terug"

[[subscribers]]
name = "register"
connection = {{ url = "{events}", {busy} }}
secret = "haak"
oin = "00000001234567890000"

[[reporters]]
source = "POL-KUST"
client_id = "politie-kust"
secret = "politie"
feedback = {{ url = "{reporter}", {busy} }}
feedback_secret = "aan-politie"
"""
POLICE = "een-sleutel-van-de-politie-met-40-tekens"
GIVEN = (
    SECRETS
    | leaks_sources.SECRETS
    | {
        "notify": notifynl_standin.KEY,
        "terug": CALLBACK,
        "haak": events_standin.KEY,
        "aan-politie": reporter_standin.KEY,
        "politie": POLICE,
    }
)
LEAVES = leaks_sources.LEAVES | {
    ("notifynl:to", "WERK"),
    ("notifynl:body", "LINK"),
    ("events:body", "LINK"),
    ("handover:body", "AFSPRAAK"),
    ("reporter:body", "MELD"),
}
"""What goes out on purpose, so that each door is known to be searched: a work address, the link of our own screen, a
word of the partners' file, and to a reporter its own number."""

OUTGOING = ALLOWED | LEAVES | {(f"{name}:bundle.body", "LINK") for name in ("ledger", "backup")}
OUTGOING |= {("handover:document", "LINK"), ("handover:body", "LINK"), ("reporter:head", "MELD")}


class CanaryChain(Chain):
    """Each report holds a canary in every code."""

    canaries: Canaries

    def report(self, at: str = RECEIVED, **more: object) -> Received:
        codes = {"number": "MELD", "household": "GEZIN", "district": "WIJK", "own_number": "ZAAK"}
        return super().report(at, **({name: self.canaries.code(of) for name, of in codes.items()} | more))  # type: ignore[arg-type]


@dataclass
class Partners:
    """The installation with all its partners; `wires`: what each of them received; `urls`: where they are."""

    world: LeakWorld
    peer: Klantinteracties | Zgw
    sources: Sources
    wires: dict[str, Wire]
    urls: dict[str, str]

    def __post_init__(self) -> None:
        self.chain = CanaryChain(self.world.ledger, reports=1)  # the stages of other tests are no use: made without us
        self.chain.canaries = self.world.canaries

    def rounds(self, **later: float) -> None:
        """Everything that goes out goes out, so much later."""
        self.chain.now += timedelta(**later)
        self.chain.sweep()
        deliver_messages(self.world.ledger, self.chain.now)
        run_partner_rounds(self.world.ledger, self.chain.now, FREQUENT)
        run_daily_rounds(self.world.ledger, self.chain.now)

    def live(self, words: list[str], more: int) -> None:
        """A case is offered to the local team, which answers in `words`; in between every partner fails in them.

        `more`: cases besides, of which nobody does anything.
        """
        for _ in range(more):
            self.chain.report()
        offered(self.chain)
        self.sources.live(self.chain.reference, words)
        for status, said in zip(cycle(PASSING), words, strict=False):
            self._failing(status, said)
        for _ in range(3):
            self.rounds(days=1)
        self._answered(words[-1])
        self.rounds(days=1)
        for status, said in zip(FINAL, words, strict=False):
            self._failing(status, said)
        self.rounds(days=7)

    def _failing(self, status: int, said: str) -> None:
        for wire in self.wires.values():
            wire.says.append((status, said))
        self.rounds(hours=1)
        for wire in self.wires.values():
            wire.says.clear()

    def _answered(self, words: str) -> None:
        """The people of the local team write canaries wherever they may write."""
        number = self.number()
        if isinstance(self.peer, Klantinteracties):
            self.peer.stand_in.answer(number, f"WEIGERING-CAPACITEIT {words}")
            return
        self.peer.accept(number)
        for rows in self.peer.stand_in.kept.kept.values():
            for row in rows.values():
                row.update({name: words for name in row if name.endswith("toelichting")})

    def answers(self) -> int:
        """How often an answer of the local team was recorded."""
        with self.world.ledger.reading() as session:
            return len(session.exec(select(Audit.seq).where(Audit.act == "overdracht-beantwoord")).all())

    def number(self) -> str:
        """The number under which the other side has the case."""
        if isinstance(self.peer, Klantinteracties):
            return str(self.peer.stand_in.objects[0]["onderwerpobjectidentificator"]["objectId"])
        return str(next(iter(self.peer.stand_in.kept.kept["zaken"].values()))["identificatie"])


@contextmanager
def connected(world: LeakWorld, kind: str) -> Iterator[Partners]:
    """A region whose local team has a system of its own, and whose professionals are reached by NotifyNL."""
    peer, sources = PEERS[kind](), Sources(world.given / "sleutels.csv", world.canaries)
    inside = peer.stand_in.app() if isinstance(peer, Klantinteracties) else peer.stand_in.app
    apps = {
        "notifynl": notifynl_standin.NotifyNLStandin(),
        "events": events_standin.SubscriberStandin(),
        "reporter": reporter_standin.ReporterStandin(),
        "handover": inside,
        **sources.apps(),
    }
    with ExitStack() as open_, pytest.MonkeyPatch.context() as patch:
        wires = {name: Wire(name, app) for name, app in apps.items()}
        urls = {name: open_.enter_context(served(wire, date_header=False)) for name, wire in wires.items()}
        templates = {"email": notifynl_standin.EMAIL_TEMPLATE, "sms": notifynl_standin.SMS_TEMPLATE}
        path = world.given / "partners.toml"
        sections = FILE.format(busy=BUSY, **urls, **templates), sources.section(urls, BUSY)
        path.write_text("".join((*sections, agreed(peer, urls["handover"], world))))
        patch.setenv("KETENREGIE_PARTNERS", str(path))
        patch.setenv("KETENREGIE_SECRETS", json.dumps(GIVEN))
        patch.setenv("KETENREGIE_UI_URL", f"http://127.0.0.1:{closed_port()}/{world.canaries.code('LINK')}")
        forget()
        partners_of = Partners(world, peer, sources, wires, urls)
        _by_notifynl(world, partners_of.chain)
        yield partners_of
    forget()


def agreed(peer: Klantinteracties | Zgw, url: str, world: LeakWorld) -> str:
    """The section of the local team's system, with a canary in a word of it that goes out."""
    word = world.canaries.code("AFSPRAAK")
    if isinstance(peer, Klantinteracties):
        return f'{peer.fresh(url)}asked = "{word}"\n'
    units = f'units = [{{ role = "initiator", code = "VT-KUST", name = "{word}" }}]'
    return peer.fresh(url).replace("[zgw.answers]", f"{units}\n[zgw.answers]")


def _by_notifynl(world: LeakWorld, chain: Chain) -> None:
    """Each address of a professional becomes one of NotifyNL, and every partner listens from the first day."""
    with world.ledger.unit_of_work(now=world.now, actor=SYSTEM) as work:
        for row in work.session.exec(select(ProfessionalRow)):
            mails = [f"notifynl:email:{one.removeprefix('mail:')}" for one in row.channels if one.startswith("mail:")]
            row.channels = [*mails[:1], f"notifynl:sms:{NUMBER}"]
        put(work, f"{CURSOR}POL-KUST", "0")
    run_partner_rounds(world.ledger, chain.now, FREQUENT)


def forget() -> None:
    """Settings and partners are read anew."""
    settings.cache_clear()
    partners.cache_clear()
