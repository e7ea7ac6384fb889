"""After a clock was put back: what waits from a time that never was gets its own moment again.

Said by a wrong clock is said; nobody can take that back, and it is not said again. But what had not left yet would
wait for that time to come, for years if need be, or would leave at once, long before it is owed.
"""

from datetime import datetime

from sqlmodel import col, select

from integrations.ledger import UnitOfWork
from integrations.ledger.tables import Bundle, Message, MessageState, Step
from tasks.read_messages import MOVES_WITH_THE_TERM
from tasks.unmake_mails import unmake_mails

REASON = "klok-terug"


def take_back_future(uow: UnitOfWork) -> None:
    """Inside the unit of work that noticed the clock; its `now` is the new time."""
    while unmake_mails(uow, col(Bundle.made_at) > uow.now):
        pass
    ahead = select(Message, Step).join(Step, col(Step.id) == Message.step_id)
    waiting = ahead.where(Message.state == MessageState.PLANNED, col(Message.planned_at) > uow.now)
    for message, step in uow.session.exec(waiting).all():
        if message.acute and step.opened_at is not None and step.opened_at <= uow.now:
            message.state, message.reason = MessageState.CANCELLED, REASON  # the alarm itself sounds again
        else:
            message.planned_at = moment = _own_moment(message, step, uow.now)
            message.owed_at = min(message.owed_at or moment, moment)


def _own_moment(message: Message, step: Step, now: datetime) -> datetime:
    """When it is owed: a rung at its moment, a planned step's notice when that step was to open, the rest now."""
    if message.rung in MOVES_WITH_THE_TERM:
        return max(message.owed_at or now, now)
    opened_late = step.opens_at is not None and step.opens_at < message.planned_at
    return max(step.opens_at or now, now) if opened_late else now
