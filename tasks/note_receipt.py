"""Note what NotifyNL says afterwards of one notification: it arrived, it was lost, or it was given up."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlmodel import col, select, update

from domain.delivery import next_try
from integrations.ledger import Actor, Ledger, UnitOfWork, settings_table
from integrations.ledger.contacts import address_book
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState
from integrations.notifynl.addresses import parse_channel
from integrations.notifynl.receipt import Receipt
from integrations.notifynl.sender import FAILURE
from integrations.notifynl.statuses import Fate
from tasks.import_bounces import bounce
from tasks.record_verdicts import messages_sent

NOTIFYNL = Actor("notifynl", "systeem", "koppeling")
ARRIVED = "bezorgd"
UNKNOWN, UNKNOWN_AT = "notifynl_unknown", "notifynl_unknown_at"
TRIES = 3
"""Sends over one channel before a notification that NotifyNL gave up is lost (POLICY): each takes days."""

WAITING = (DeliveryState.SENT, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE)


class Noted(StrEnum):
    """What a receipt meant. `later`: we are still recording the send itself, so NotifyNL must tell it again."""

    DONE = "done"
    KNOWN = "known"
    STRANGE = "strange"
    LATER = "later"


def note_receipt(ledger: Ledger, receipt: Receipt, now: datetime) -> Noted:
    """One receipt, in one transaction. Twice is once, and what came in the wrong order never goes back."""
    with ledger.unit_of_work(now=now, actor=NOTIFYNL) as work:
        found = _meant(work, receipt)
        unsure = len(found) > 1 and any(delivery.remote_id != receipt.number for delivery in found)
        if unsure or any(delivery.state == DeliveryState.CLAIMED for delivery in found):
            return Noted.LATER
        if not found:
            _count(work)
            return Noted.STRANGE
        noted = [_note(work, delivery, receipt) for delivery in found]
        return Noted.DONE if Noted.DONE in noted else Noted.KNOWN


def _meant(work: UnitOfWork, receipt: Receipt) -> Sequence[Delivery]:
    """The send with this number; before its number was recorded, those of this reference that have none yet."""
    numbered = work.session.exec(select(Delivery).where(Delivery.remote_id == receipt.number)).all()
    if numbered or not receipt.bundle:
        return numbered
    bundle = work.session.exec(select(Bundle).where(Bundle.reference == receipt.bundle)).first()
    if bundle is None:
        return []
    book = address_book(work.session)
    sent = select(Delivery).where(Delivery.bundle_id == bundle.id, Delivery.state != DeliveryState.PLANNED)
    same = [row for row in work.session.exec(sent) if _kind(book.channel(bundle.party, row.channel)) == receipt.kind]
    return [row for row in same if not row.remote_id] or (same if receipt.fate is Fate.ARRIVED else [])


def _kind(channel: str) -> str:
    address = parse_channel(channel)
    return address.kind if address else ""


def _note(work: UnitOfWork, delivery: Delivery, receipt: Receipt) -> Noted:
    if delivery.state not in WAITING or delivery.reason == ARRIVED:
        return Noted.KNOWN
    fresh = not delivery.remote_id or delivery.remote_id == receipt.number
    if receipt.fate is Fate.ARRIVED:
        _arrived(work, delivery, receipt)
    elif receipt.fate is Fate.LOST and fresh:
        bounce(work, [delivery], f"{FAILURE}{receipt.status}")
    elif receipt.fate is Fate.GIVEN_UP and fresh and delivery.state == DeliveryState.SENT:
        _given_up(work, delivery, f"{FAILURE}{receipt.status}")
    else:
        return Noted.KNOWN
    delivery.remote_id = receipt.number
    return Noted.DONE


def _arrived(work: UnitOfWork, delivery: Delivery, receipt: Receipt) -> None:
    """Also when we were about to send it again: it need not be."""
    delivery.state, delivery.reason = DeliveryState.SENT, ARRIVED
    delivery.lease_until = delivery.next_try_at = None
    messages_sent(work, {delivery.bundle_id})


def _given_up(work: UnitOfWork, delivery: Delivery, reason: str) -> None:
    """It surely did not arrive: again by our own ladder, or, after days and days, as a mail that came back."""
    wait = next_try(delivery.attempts)
    if wait is None or delivery.attempts >= TRIES:
        bounce(work, [delivery], reason)
        return
    delivery.state, delivery.reason, delivery.next_try_at = DeliveryState.TEMPORARY, reason, work.now + wait
    work.audit("bericht-opgegeven", bezorging=delivery.id or 0, reden=reason)
    _reopen(work, delivery.bundle_id)


def _reopen(work: UnitOfWork, bundle: int) -> None:
    """What this mail told is not said any more, unless another channel has brought it."""
    work.session.flush()
    brought = select(Delivery.id).where(Delivery.bundle_id == bundle, Delivery.state == DeliveryState.SENT)
    if work.session.exec(brought).first() is None:
        told = update(Message).where(col(Message.bundle_id) == bundle, col(Message.state) == MessageState.SENT)
        work.session.connection().execute(told.values(state=MessageState.BUNDLED))
        work.session.expire_all()


def _count(work: UnitOfWork) -> None:
    known = int(settings_table.get(work.session, UNKNOWN) or 0)
    settings_table.put(work, UNKNOWN, str(known + 1))
    settings_table.put(work, UNKNOWN_AT, work.now.isoformat())
