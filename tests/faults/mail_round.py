"""One round of mails of which some meet a relay with a temper; and what is left of it afterwards."""

import ssl
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from sqlmodel import col, func, select

from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.tables import Audit, Bundle, Delivery, Message
from integrations.mail import AppriseSender, Result
from integrations.settings import Settings
from tasks.bundle_messages import bundle_messages
from tasks.deliver_messages import Delivered, deliver_messages
from tests.faults.mail_modes import Mode
from tests.faults.mail_servers import Moody, moody
from tests.messages.rows import NOW, plan, planned
from tests.messages.servers import closed_port


@dataclass
class Relays:
    """A sender that brings each mail to the relay of its own mode, and every other mail to a polite one."""

    tls: ssl.SSLContext
    modes: Mapping[str, Mode] = field(default_factory=dict)
    servers: list[Moody] = field(default_factory=list)
    _senders: dict[str, AppriseSender] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Relays":
        self.polite = self._sender(Mode("polite", {}, NotImplemented, "", kept=1))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def meet(self, modes: Mapping[str, Mode]) -> None:
        """From now on the mails with these references meet these modes."""
        self._senders = {reference: self._sender(mode) for reference, mode in modes.items()}

    def heal(self) -> None:
        """From now on every relay is polite."""
        self._senders = {}

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        return self._senders.get(reference, self.polite).send(channel, subject, body, reference)

    def copies(self) -> Counter[str]:
        """How often each reference was taken in, by the servers themselves."""
        return Counter(reference for server in self.servers for reference in server.references())

    def _sender(self, mode: Mode) -> AppriseSender:
        port = closed_port()
        if mode.listens:
            server = self._open.enter_context(moody(mode.script, self.tls if mode.offers_tls else None))
            self.servers.append(server)
            port = server.port
        given = Settings(mail_port=port, mail_host=mode.host, mail_security=mode.security)
        return AppriseSender(given, timeout=mode.timeout, bound=mode.bound)


@dataclass(frozen=True)
class Row:
    """A mail as the ledger has it: its delivery, and the states of its messages."""

    reference: str
    delivery: Delivery
    messages: Sequence[Message]


def planned_round(ledger: Ledger, parties: Sequence[str], rung: str = "NOTICE") -> list[str]:
    """A message for each of these parties, made into mails; their references in the order they go out."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    plan(ledger, *(planned(f"s-{n:03}", party, rung) for n, party in enumerate(parties)))
    bundle_messages(ledger, NOW)
    with ledger.reading() as session:
        queue = select(Bundle.reference).join(Delivery, col(Delivery.bundle_id) == Bundle.id)
        return list(session.exec(queue.order_by(col(Delivery.next_try_at), col(Delivery.id))))


def rows(ledger: Ledger) -> dict[str, Row]:
    """Every mail of the ledger by its reference."""
    with ledger.reading() as session:
        pairs = session.exec(select(Bundle, Delivery).join(Delivery, col(Delivery.bundle_id) == Bundle.id)).all()
        told = session.exec(select(Message)).all()
    return {
        bundle.reference: Row(bundle.reference, delivery, [m for m in told if m.bundle_id == bundle.id])
        for bundle, delivery in pairs
    }


def failures(ledger: Ledger) -> int:
    """How many messages the audit trail gave up."""
    with ledger.reading() as session:
        return session.exec(select(func.count()).where(Audit.act == "bericht-mislukt")).one()


def timed(ledger: Ledger, now: datetime, relays: Relays) -> tuple[Delivered, float]:
    """A round, and how many seconds it took."""
    began = monotonic()
    return deliver_messages(ledger, now, relays), monotonic() - began


def never_more_copies_than_told(ledger: Ledger, relays: Relays) -> None:
    """I3, I4: a copy for a row, and one more for each send in doubt that the row tells of."""
    found, copies = rows(ledger), relays.copies()
    assert copies.keys() <= found.keys()
    for reference, row in found.items():
        assert copies[reference] <= 1 + row.delivery.indefinite
        assert row.delivery.state != "sent" or copies[reference] >= 1
