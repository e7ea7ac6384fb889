"""Take in delivery reports: a mail that was accepted and came back after all becomes a task for a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from integrations.bounces import Report, new_mails, read_mails, read_report, seen
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.contacts import AddressBook, address_book
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, MessageState
from integrations.mail.sender import MAIL
from tasks.record_verdicts import messages_lost

LOSING = frozenset({MessageState.BUNDLED, MessageState.SENT})
NEVER_LEFT = frozenset({DeliveryState.PLANNED})


@dataclass(frozen=True)
class Imported:
    """What was in a mailbox: mails that came back, mails only delayed, what we knew, and what is no report on us."""

    bounced: int = 0
    delayed: int = 0
    known: int = 0
    unknown: int = 0

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.bounced + other.bounced,
            self.delayed + other.delayed,
            self.known + other.known,
            self.unknown + other.unknown,
        )


BOUNCED, DELAYED, KNOWN, UNKNOWN = Imported(bounced=1), Imported(delayed=1), Imported(known=1), Imported(unknown=1)


def import_bounces(ledger: Ledger, path: Path, actor: Actor, now: datetime) -> Imported:
    """Take in every report at this path. Twice is once. Raises KR-BESTAND when nothing can be read there."""
    return sum((import_one(ledger, raw, actor, now) for raw in read_mails(path)), Imported())


def import_new_bounces(ledger: Ledger, maildir: Path, actor: Actor, now: datetime) -> Imported:
    """Take in what came into this Maildir since the last time; each file is marked after its transaction."""
    total = Imported()
    for path, raw in new_mails(maildir):
        found = import_one(ledger, raw, actor, now)
        seen(path, understood=found != UNKNOWN)
        total += found
    return total


def import_one(ledger: Ledger, raw: bytes, actor: Actor, now: datetime) -> Imported:
    """One mail, in one transaction. Of the mail itself nothing is kept but its status code."""
    report = read_report(raw)
    if report is None:
        return UNKNOWN
    with ledger.unit_of_work(now=now, actor=actor) as work:
        deliveries = _meant(work, report)
        if not deliveries:
            return UNKNOWN
        if not report.final:
            return DELAYED
        fresh = [delivery for delivery in deliveries if delivery.bounced_at is None]
        bounce(work, fresh, f"bounce {report.status}")
        return BOUNCED if fresh else KNOWN


def _meant(work: UnitOfWork, report: Report) -> list[Delivery]:
    """The sends it is about: of the first reference we know, over mail, to that address where it names one of ours.

    A mail that was forwarded comes back from an address we do not know: then every address it went to is in doubt.
    """
    query = select(Bundle).where(col(Bundle.reference).in_(report.references))
    bundles = {bundle.reference: bundle for bundle in work.session.exec(query)}
    bundle = next((bundles[reference] for reference in report.references if reference in bundles), None)
    if bundle is None:
        return []
    rows = work.session.exec(select(Delivery).where(Delivery.bundle_id == bundle.id)).all()
    book = address_book(work.session)
    mails = [row for row in rows if row.state not in NEVER_LEFT and _address(book, bundle, row)]
    named = [row for row in mails if _address(book, bundle, row) in report.addresses]
    return named or mails


def _address(book: AddressBook, bundle: Bundle, delivery: Delivery) -> str:
    channel = book.channel(bundle.party, delivery.channel)
    return channel.removeprefix(MAIL).casefold() if channel.startswith(MAIL) else ""


def bounce(work: UnitOfWork, deliveries: Sequence[Delivery], reason: str) -> None:
    """These sends came back after all: another channel may have brought the message, else a person hears of it."""
    for delivery in deliveries:
        delivery.state, delivery.reason, delivery.bounced_at = DeliveryState.PERMANENT, reason, work.now
        delivery.lease_until = delivery.next_try_at = None
        work.audit("bericht-teruggekomen", bezorging=delivery.id or 0, reden=reason)
    for bundle in _bundles(deliveries):
        messages_lost(work, bundle, reason, LOSING)


def _bundles(deliveries: Iterable[Delivery]) -> list[int]:
    return list(dict.fromkeys(delivery.bundle_id for delivery in deliveries))
