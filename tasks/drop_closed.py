"""Between planning and sending, steps are closed, alarms heard and higher rungs reached: those leave the mail.

While a relay is down mails wait for days; what was true when they were made need not be true when they go.
"""

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import col, select

from domain.errors import KetenregieError
from integrations.ledger import UnitOfWork
from integrations.ledger.contacts import AddressBook
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState
from tasks.compose_messages import body_hash, compose
from tasks.fail_message import fail
from tasks.read_messages import Told, read_messages

TELLING = (MessageState.BUNDLED, MessageState.SENT)
UNSETTLED = (DeliveryState.PLANNED, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE, DeliveryState.CLAIMED)
"""A delivery without its last word."""
GONE_OR_GOING = (DeliveryState.CLAIMED, DeliveryState.SENT)


def drop_closed(work: UnitOfWork, bundles: Iterable[Bundle], book: AddressBook) -> None:
    """Take what is done out of these mails, just before they are sent.

    A mail of which nothing is left is not sent. One that may have arrived already keeps its text: the second copy
    must be the same as the first.
    """
    mails = {bundle.id: bundle for bundle in bundles}
    told: dict[int | None, list[Told]] = defaultdict(list)
    for item in read_messages(work.session, work.now, col(Message.bundle_id).in_(mails)):
        if item.message.state in TELLING:
            told[item.message.bundle_id].append(item)
    for number, items in told.items():
        if any(item.silence for item in items):
            _drop(work, mails[number], items, book)


def _drop(work: UnitOfWork, bundle: Bundle, told: list[Told], book: AddressBook) -> None:
    left = [item for item in told if not item.silence]
    deliveries = work.session.exec(select(Delivery).where(Delivery.bundle_id == bundle.id)).all()
    if not left:
        _stop(deliveries, told[0].silence)
    elif may_have_arrived(deliveries):
        return
    elif reason := _rewrite(work, bundle, left, book):
        _stop(deliveries, reason)
        fail(work, [item.message for item in left], reason)
    for item in told:
        if item.silence and item.message.state == MessageState.BUNDLED:
            item.hush()


def _rewrite(work: UnitOfWork, bundle: Bundle, left: list[Told], book: AddressBook) -> str:
    """The mail without what is done; gives the code when the new text is refused."""
    title = book.titles.get(bundle.party, "")
    try:
        text = compose(work.session, left, reference=bundle.reference, sent_to_title=title)
    except KetenregieError as error:
        return error.code
    bundle.subject, bundle.body, bundle.body_hash = text.subject, text.body, body_hash(text)
    return ""


def _stop(deliveries: Iterable[Delivery], reason: str) -> None:
    for delivery in deliveries:
        if delivery.state in UNSETTLED:
            delivery.indefinite += delivery.state == DeliveryState.CLAIMED  # who claimed it may have sent it
            delivery.state, delivery.reason = DeliveryState.PERMANENT, reason
            delivery.lease_until = delivery.next_try_at = None


def may_have_arrived(deliveries: Iterable[Delivery]) -> bool:
    """Whether a mail over one of these reached somebody, or may have: its text is fixed from then on."""
    return any(d.state in GONE_OR_GOING or (d.indefinite > 0 and d.attempts > 0) for d in deliveries)
