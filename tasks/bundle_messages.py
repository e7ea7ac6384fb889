"""Put the messages that are due into mails: one digest a party, an acute step alone, nothing for a closed step."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.delivery import bundle_reference
from domain.errors import KetenregieError
from domain.ladder import COUNTS
from domain.recipients import recipient
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.contacts import AddressBook, address_book
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState, Step
from tasks.compose_messages import Told, body_hash, compose, why_silent

NOBODY, SUBSTITUTE = "niemand", "vervangen"
PARTIES_AT_ONCE = 100  # a transaction stays short, whatever the backlog
LINES_AT_MOST = 100
AHEAD = timedelta(days=1)  # an acute mail stands this far ahead in the queue of deliveries

Group = tuple[str, list[Told]]


@dataclass(frozen=True)
class Bundled:
    """What one round made of the messages that were due."""

    bundles: int = 0
    messages: int = 0
    cancelled: int = 0
    failed: int = 0

    def __add__(self, other: "Bundled") -> "Bundled":
        return Bundled(
            self.bundles + other.bundles,
            self.messages + other.messages,
            self.cancelled + other.cancelled,
            self.failed + other.failed,
        )


def bundle_messages(ledger: Ledger, now: datetime) -> Bundled:
    """Bundle every message planned at or before `now`; one transaction for each hundred parties."""
    with ledger.reading() as session:
        waiting = set(session.exec(select(Message.party, Message.rung).where(*_due(now)).distinct()))
        book = address_book(session) if waiting else AddressBook({}, {}, {})
    total = Bundled()
    for parties in _chunks(_by_recipient({party for party, _ in waiting}, book)):
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            total += Bundling(work, book).run(parties)
    return total


class Bundling:
    """One transaction of bundling."""

    def __init__(self, work: UnitOfWork, book: AddressBook) -> None:
        self.work = work
        self.book = book
        self.cancelled = 0
        self.failed = 0
        self.messages = 0

    def run(self, parties: Sequence[str]) -> Bundled:
        """Bundle what is due for these parties."""
        made = [self._bundle(code, told) for code, told in self._groups(parties)]
        bundles = [bundle for bundle, _ in filter(None, made)]
        self.work.session.add_all(bundles)
        self.work.session.flush()
        for bundle, told in filter(None, made):
            self._deliver(bundle, told)
        if self.messages:
            self.work.audit("berichten-gebundeld", bundels=len(bundles), berichten=self.messages)
        return Bundled(len(bundles), self.messages, self.cancelled, self.failed)

    def _groups(self, parties: Sequence[str]) -> Iterator[Group]:
        """What goes together: by recipient, acute steps each alone, cases and numbers apart."""
        groups: dict[tuple[str, str, int], list[Told]] = defaultdict(list)
        for message, step in _told(self.work.session, parties, self.work.now):
            if reason := why_silent(message, step):
                message.state, message.reason = MessageState.CANCELLED, reason
                self.cancelled += 1
            elif code := self._recipient(message):
                apart = message.rung if message.rung in COUNTS else ""
                groups[code, apart, (message.id or 0) if message.acute else 0].append((message, step))
            else:
                self._fail([message], NOBODY)
        for (code, _, _), told in groups.items():
            yield from ((code, told[i : i + LINES_AT_MOST]) for i in range(0, len(told), LINES_AT_MOST))

    def _recipient(self, message: Message) -> str | None:
        code = recipient(message.party, self.book.contacts, counts=message.rung in COUNTS)
        if code and code != message.party:
            message.reason = f"{SUBSTITUTE}:{code}"
        return code

    def _bundle(self, code: str, told: list[Told]) -> tuple[Bundle, list[Told]] | None:
        """The mail, or None when its text was refused: that stops this mail and no other."""
        reference = bundle_reference(min(message.id or 0 for message, _ in told))
        title = self.book.titles.get(code, "")
        try:
            text = compose(self.work.session, told, reference=reference, sent_to_title=title)
        except KetenregieError as error:
            self._fail([message for message, _ in told], error.code)
            return None
        acute = any(message.acute for message, _ in told)
        bundle = Bundle(
            reference=reference,
            party=code,
            acute=acute,
            made_at=self.work.now,
            subject=text.subject,
            body=text.body,
            body_hash=body_hash(text),
        )
        return bundle, told

    def _deliver(self, bundle: Bundle, told: list[Told]) -> None:
        assert bundle.id is not None
        for message, _ in told:
            message.bundle_id, message.state = bundle.id, MessageState.BUNDLED
        self.messages += len(told)
        first_try = self.work.now - AHEAD if bundle.acute else self.work.now
        channels = range(self.book.contacts[bundle.party].channels)
        self.work.session.add_all(
            Delivery(bundle_id=bundle.id, channel=number, state=DeliveryState.PLANNED, next_try_at=first_try)
            for number in channels
        )

    def _fail(self, messages: list[Message], reason: str) -> None:
        self.failed += len(messages)
        for message in messages:
            fail(self.work, message, reason)


def fail(work: UnitOfWork, message: Message, reason: str) -> None:
    """This message reaches nobody by itself any more: a person must see it."""
    message.state = MessageState.FAILED
    message.reason = ";".join(filter(None, (message.reason, reason)))
    work.audit(
        "bericht-mislukt",
        case_reference=message.case_reference,
        step_id=message.step_id,
        trede=message.rung,
        partij=message.party,
        reden=reason,
    )


def _told(session: Session, parties: Sequence[str], now: datetime) -> Sequence[Told]:
    query = select(Message, Step).join(Step, col(Step.id) == Message.step_id).where(*_due(now))
    return session.exec(query.where(col(Message.party).in_(parties)).order_by(col(Message.id))).all()


def _due(now: datetime) -> tuple[bool, bool]:
    return Message.state == MessageState.PLANNED, Message.planned_at <= now


def _by_recipient(parties: set[str], book: AddressBook) -> list[str]:
    """Parties that end at one person stand together, so that this person gets one digest."""
    return sorted(parties, key=lambda party: (recipient(party, book.contacts, counts=True) or "", party))


def _chunks(parties: list[str]) -> Iterator[list[str]]:
    return (parties[i : i + PARTIES_AT_ONCE] for i in range(0, len(parties), PARTIES_AT_ONCE))
