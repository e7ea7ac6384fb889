"""Put the messages that are due into mails: one digest a party, an alarm alone, nothing that is no longer true.

Outside working hours only what may go at any hour is bundled: an alarm, and what goes to somebody on duty. The rest
stays planned and is bundled in the first round after opening, so that each person then gets one digest.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from domain.delivery import bundle_reference
from domain.duty import working_time
from domain.errors import KetenregieError
from domain.ladder import COUNTS
from domain.recipients import recipient
from integrations.faults import fault_point
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.contacts import AddressBook, address_book
from integrations.ledger.policy import policy_of
from integrations.ledger.restored import epoch, maybe_sent_before
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState
from tasks.compose_messages import body_hash, compose
from tasks.fail_message import fail
from tasks.read_messages import Told, read_messages

NOBODY, SUBSTITUTE = "niemand", "vervangen"
AT_ONCE = 20_000  # messages read ahead, so that memory does not grow with the backlog
IN_ONE_TRANSACTION = 200  # messages: others must be able to write in between
LINES_AT_MOST = 100  # in one mail
AHEAD = timedelta(days=3650)  # an acute mail stands this far ahead in the queue: before any backlog

Group = tuple[str, list[Told]]
Due = tuple[int, str, str]


@dataclass(frozen=True)
class Bundled:
    """What one round made of the messages that were due; `silenced` are those that must not go out any more."""

    bundles: int = 0
    messages: int = 0
    silenced: int = 0
    failed: int = 0

    def __add__(self, other: "Bundled") -> "Bundled":
        return Bundled(
            self.bundles + other.bundles,
            self.messages + other.messages,
            self.silenced + other.silenced,
            self.failed + other.failed,
        )


def bundle_messages(ledger: Ledger, now: datetime) -> Bundled:
    """Bundle every message that may leave at `now`, in short transactions that each hold whole mails."""
    total = Bundled()
    while True:
        with ledger.reading() as session:
            book, due = _turn(session, now)
        if not due:
            return total
        for numbers in _transactions(due, book):
            with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
                total += Bundling(work, book).run(numbers)
            fault_point("bundle.after")


class Bundling:
    """One transaction of bundling."""

    def __init__(self, work: UnitOfWork, book: AddressBook) -> None:
        self.work = work
        self.book = book
        self.epoch = epoch(work.session)
        self.silenced = 0
        self.failed = 0
        self.messages = 0

    def run(self, numbers: Sequence[int]) -> Bundled:
        """Bundle the messages with these numbers, but for those that another round took."""
        made = [self._bundle(code, told) for code, told in self._groups(numbers)]
        bundles = [bundle for bundle, _ in filter(None, made)]
        self.work.session.add_all(bundles)
        self.work.session.flush()
        for bundle, told in filter(None, made):
            self._deliver(bundle, told)
        if self.messages:
            self.work.audit("berichten-gebundeld", bundels=len(bundles), berichten=self.messages)
        return Bundled(len(bundles), self.messages, self.silenced, self.failed)

    def _groups(self, numbers: Sequence[int]) -> Iterator[Group]:
        """What goes together: by recipient, acute steps each alone, cases and numbers apart."""
        groups: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for told in read_messages(self.work.session, self.work.now, col(Message.id).in_(numbers)):
            if told.message.state != MessageState.PLANNED:
                continue
            if told.silence:
                told.hush()
                self.silenced += 1
            elif code := self._recipient(told.message):
                groups[code, _apart(told.message)].append(told)
            else:
                self._fail([told], NOBODY)
        for (code, _), together in groups.items():
            yield from ((code, together[i : i + LINES_AT_MOST]) for i in range(0, len(together), LINES_AT_MOST))

    def _recipient(self, message: Message) -> str | None:
        code = recipient(message.party, self.book.contacts, counts=message.rung in COUNTS)
        if code and code != message.party:
            message.reason = f"{SUBSTITUTE}:{code}"
        return code

    def _bundle(self, code: str, told: list[Told]) -> tuple[Bundle, list[Told]] | None:
        """The mail, or None when its text was refused: that stops this mail and no other."""
        reference = bundle_reference(min(item.message.id or 0 for item in told), self.epoch)
        title = self.book.titles.get(code, "")
        try:
            text = compose(self.work.session, told, reference=reference, sent_to_title=title)
        except KetenregieError as error:
            self._fail(told, error.code)
            return None
        bundle = Bundle(
            reference=reference,
            party=code,
            acute=told[0].message.acute,
            made_at=self.work.now,
            subject=text.subject,
            body=text.body,
            body_hash=body_hash(text),
            any_hour=told[0].message.acute or code in self.book.awake,
        )
        return bundle, told

    def _deliver(self, bundle: Bundle, told: list[Told]) -> None:
        assert bundle.id is not None
        for item in told:
            item.message.bundle_id, item.message.state = bundle.id, MessageState.BUNDLED
        self.messages += len(told)
        first_try = self.work.now - AHEAD if bundle.acute else self.work.now
        channels = range(self.book.contacts[bundle.party].channels)
        doubt = int(any(maybe_sent_before(self.work.session, item.message.owed_at) for item in told))
        self.work.session.add_all(
            Delivery(
                bundle_id=bundle.id,
                channel=number,
                state=DeliveryState.PLANNED,
                next_try_at=first_try,
                indefinite=doubt,
            )
            for number in channels
        )

    def _fail(self, told: list[Told], reason: str) -> None:
        self.failed += len(told)
        fail(self.work, [item.message for item in told], reason)


def _apart(message: Message) -> str:
    """What may not stand in one mail with the rest: an alarm, and numbers for those who may not see a case."""
    if message.acute:
        return f"alarm {message.step_id}"
    return message.rung if message.rung in COUNTS else ""


def _turn(session: Session, now: datetime) -> tuple[AddressBook, list[Due]]:
    """Who is there now, and the oldest messages that may leave now: number, party, rung."""
    book, policy = address_book(session, now), policy_of(session)
    due = select(Message.id, Message.party, Message.rung).where(
        Message.state == MessageState.PLANNED, Message.planned_at <= now
    )
    rows: list[Any] = []
    for where in [[]] if working_time(now, policy.hours, policy.calendar()) else _at_night(book):
        oldest = due.where(*where).order_by(col(Message.planned_at), col(Message.id))
        rows += session.exec(oldest.limit(AT_ONCE)).all()
    return book, list(dict.fromkeys((number or 0, party, rung) for number, party, rung in rows))


def _at_night(book: AddressBook) -> Iterator[list[Any]]:
    """What may leave at any hour, each found by an index of its own: what is held for the morning is never read."""
    numbers = col(Message.rung).in_(COUNTS)
    yield [col(Message.acute)]
    for counts, rungs in ((False, ~numbers), (True, numbers)):
        if parties := book.wakes(counts=counts):
            yield [col(Message.party).in_(parties), rungs]


def _transactions(due: list[Due], book: AddressBook) -> Iterator[list[int]]:
    """Numbers of messages, a transaction each. What ends at one person stays together, so that it makes one digest."""
    by_person: dict[str | None, list[int]] = defaultdict(list)
    for number, party, rung in due:
        by_person[recipient(party, book.contacts, counts=rung in COUNTS)].append(number)
    together: list[int] = []
    for numbers in by_person.values():
        for i in range(0, len(numbers), LINES_AT_MOST):
            if together and len(together) + len(numbers[i : i + LINES_AT_MOST]) > IN_ONE_TRANSACTION:
                yield together
                together = []
            together += numbers[i : i + LINES_AT_MOST]
    if together:
        yield together
