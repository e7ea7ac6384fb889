"""Mails that surely reached nobody are unmade: their messages are planned again, and the next bundling decides anew."""

from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select, update

from integrations.ledger import UnitOfWork
from integrations.ledger.partner_tables import DroppedFile
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState

UNTRIED = (DeliveryState.PLANNED, DeliveryState.TEMPORARY)
AT_ONCE = 1000  # mails


def unmake_mails(uow: UnitOfWork, *where: Any) -> int:
    """Unmake at most a thousand of the mails that fit (conditions on `Bundle`); how many.

    Not one of which a copy may have arrived, over whatever channel: its text and its reader stay what they were.
    """
    found = uow.session.exec(unsent(*where).limit(AT_ONCE)).all()
    if not found:
        return 0
    connection = uow.session.connection()
    again = update(Message).where(col(Message.bundle_id).in_(found), col(Message.state) == MessageState.BUNDLED)
    connection.execute(again.values(state=MessageState.PLANNED, reason=""))
    connection.execute(update(Message).where(col(Message.bundle_id).in_(found)).values(bundle_id=None))
    letters = update(DroppedFile).where(col(DroppedFile.bundle_id).in_(found))
    connection.execute(letters.values(bundle_id=None, told_at=None))
    connection.execute(delete(Delivery).where(col(Delivery.bundle_id).in_(found)))
    connection.execute(delete(Bundle).where(col(Bundle.id).in_(found)))
    return len(found)


def unsent(*where: Any) -> Any:
    """Query for the numbers of the mails that fit and surely reached nobody, found by what waits to be sent."""
    other = aliased(Delivery)
    may_have_arrived = col(other.state).not_in(UNTRIED) | (col(other.indefinite) > 0)
    tried = select(other.id).where(other.bundle_id == Delivery.bundle_id, may_have_arrived).exists()
    waiting = select(Delivery.bundle_id).join(Bundle, col(Bundle.id) == Delivery.bundle_id)
    return waiting.where(col(Delivery.state).in_(UNTRIED), ~tried, *where).distinct()
