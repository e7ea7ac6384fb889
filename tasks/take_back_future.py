"""After a clock was put back: what waits from a time that never was gets its own moment again.

Said by a wrong clock is said; nobody can take that back, and it is not said again. But what had not left yet would
wait for that time to come, for years if need be, or would leave at once, long before it is owed.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, delete, select

from integrations.ledger import UnitOfWork
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState, Step
from tasks.read_messages import MOVES_WITH_THE_TERM

UNTRIED = (DeliveryState.PLANNED, DeliveryState.TEMPORARY)
REASON = "klok-terug"


def take_back_future(uow: UnitOfWork) -> None:
    """Inside the unit of work that noticed the clock; its `now` is the new time."""
    _unmake_mails(uow)
    ahead = select(Message, Step).join(Step, col(Step.id) == Message.step_id)
    waiting = ahead.where(Message.state == MessageState.PLANNED, col(Message.planned_at) > uow.now)
    for message, step in uow.session.exec(waiting).all():
        if message.acute and step.opened_at is not None and step.opened_at <= uow.now:
            message.state, message.reason = MessageState.CANCELLED, REASON  # the alarm itself sounds again
        else:
            message.planned_at = moment = _own_moment(message, step, uow.now)
            message.owed_at = min(message.owed_at or moment, moment)


def _unmake_mails(uow: UnitOfWork) -> None:
    """Mails of that time that surely reached nobody: their messages are planned again. Others keep their text."""
    untried = col(Delivery.state).in_(UNTRIED) & (col(Delivery.indefinite) == 0)
    made = select(Bundle.id).join(Delivery, col(Delivery.bundle_id) == Bundle.id)
    found = set(uow.session.exec(made.where(untried, col(Bundle.made_at) > uow.now)))
    tried = uow.session.exec(select(Delivery.bundle_id).where(col(Delivery.bundle_id).in_(found), ~untried))
    found -= set(tried.all())
    if not found:
        return
    connection = uow.session.connection()
    again = update(Message).where(col(Message.bundle_id).in_(found), col(Message.state) == MessageState.BUNDLED)
    connection.execute(again.values(state=MessageState.PLANNED))
    connection.execute(update(Message).where(col(Message.bundle_id).in_(found)).values(bundle_id=None))
    connection.execute(delete(Delivery).where(col(Delivery.bundle_id).in_(found)))
    connection.execute(delete(Bundle).where(col(Bundle.id).in_(found)))


def _own_moment(message: Message, step: Step, now: datetime) -> datetime:
    """When it is owed: a rung at its moment, a planned step's notice when that step was to open, the rest now."""
    if message.rung in MOVES_WITH_THE_TERM:
        return max(message.owed_at or now, now)
    opened_late = step.opens_at is not None and step.opens_at < message.planned_at
    return max(step.opens_at or now, now) if opened_late else now
