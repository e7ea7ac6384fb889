"""Between planning and sending, steps are closed and alarms heard: those leave the mail, or the mail is not sent."""

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import col, select

from integrations.ledger import UnitOfWork
from integrations.ledger.contacts import AddressBook
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState, Step
from tasks.compose_messages import Told, body_hash, compose, why_silent

TELLING = (MessageState.BUNDLED, MessageState.SENT)
WAITING = (DeliveryState.PLANNED, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE, DeliveryState.CLAIMED)


def drop_closed(work: UnitOfWork, bundles: Iterable[Bundle], book: AddressBook) -> None:
    """Take what is done out of these mails, just before they are sent.

    A mail of which nothing is left is not sent. One that may have arrived already keeps its text: the second copy
    must be the same as the first.
    """
    mails = {bundle.id: bundle for bundle in bundles}
    query = select(Message, Step).join(Step, col(Step.id) == Message.step_id).order_by(col(Message.id))
    told: dict[int | None, list[Told]] = defaultdict(list)
    for message, step in work.session.exec(query.where(col(Message.bundle_id).in_(mails), _telling())):
        told[message.bundle_id].append((message, step))
    for number, pairs in told.items():
        if any(why_silent(message, step) for message, step in pairs):
            _drop(work, mails[number], pairs, book)


def _drop(work: UnitOfWork, bundle: Bundle, told: list[Told], book: AddressBook) -> None:
    left = [(message, step) for message, step in told if not why_silent(message, step)]
    deliveries = work.session.exec(select(Delivery).where(Delivery.bundle_id == bundle.id)).all()
    if not left:
        _stop(deliveries)
    elif any(_may_have_arrived(delivery) for delivery in deliveries):
        return
    else:
        text = compose(work.session, left, reference=bundle.reference, sent_to_title=book.titles.get(bundle.party, ""))
        bundle.subject, bundle.body, bundle.body_hash = text.subject, text.body, body_hash(text)
    for message, step in told:
        if message.state == MessageState.BUNDLED and (reason := why_silent(message, step)):
            message.state, message.reason = MessageState.CANCELLED, reason


def _stop(deliveries: Iterable[Delivery]) -> None:
    for delivery in deliveries:
        if delivery.state in WAITING:
            delivery.state, delivery.reason = DeliveryState.PERMANENT, "stap-klaar"
            delivery.lease_until = delivery.next_try_at = None


def _may_have_arrived(delivery: Delivery) -> bool:
    return delivery.indefinite > 0 or delivery.state in (DeliveryState.CLAIMED, DeliveryState.SENT)


def _telling() -> bool:
    return col(Message.state).in_(TELLING)  # type: ignore[return-value]  # a column expression
