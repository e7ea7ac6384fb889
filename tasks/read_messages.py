"""Messages as they stand now: what each is about, and whether it must still go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from domain.ladder import COUNTS
from domain.messages import AFTER_CLOSING, ASIDE, UNDELIVERED
from integrations.ledger.tables import Message, MessageState, Step, StepState

CLOSED = frozenset({StepState.DONE, StepState.CANCELLED})
GOING = frozenset({MessageState.PLANNED, MessageState.BUNDLED, MessageState.SENT})
MOVES_WITH_THE_TERM = frozenset({"R", "R10", "R5", "L1", "L2", "L3", "L4"})
HIGHER, TAKEN_UP = "hogere-trede", "opgepakt"


@dataclass(frozen=True)
class Told:
    """A message, its step, and why it must not go out any more ('' when it must)."""

    message: Message
    step: Step
    silence: str

    def hush(self) -> None:
        """Record that this message does not go out."""
        higher = self.silence == HIGHER
        self.message.state = MessageState.SKIPPED if higher else MessageState.CANCELLED
        self.message.reason = self.silence


def read_messages(session: Session, now: datetime, *where: Any) -> Sequence[Told]:
    """The messages that fit, in the order they were planned.

    Ask by id, bundle or step and judge the state afterwards: given a state to look for, SQLite takes the index of
    states and reads all that were ever sent.
    """
    later = aliased(Message)
    overtaken = (
        select(later.id)
        .where(later.step_id == Message.step_id, later.party == Message.party, later.acute == Message.acute)
        .where(col(later.id) > col(Message.id), later.planned_at <= now, col(later.state).in_(GOING))
        .where(col(later.rung).in_(COUNTS) == col(Message.rung).in_(COUNTS))
        .where(col(Message.rung).not_in(ASIDE), col(later.rung).not_in(ASIDE))
        .exists()
    )
    lost = aliased(Message)
    about = (
        select(lost.rung)
        .where(Message.rung == UNDELIVERED, lost.id == Message.ordinal, col(lost.handled_at).is_(None))
        .scalar_subquery()
    )
    query = select(Message, Step, overtaken, about).join(Step, col(Step.id) == Message.step_id)
    found = session.exec(query.where(*where).order_by(col(Message.id)))
    return [Told(message, step, _silence(message, step, *facts)) for message, step, *facts in found]


def _silence(message: Message, step: Step, overtaken: bool, about: str | None) -> str:
    """A closed step is silent, and so is a moved term, an alarm that was heard, and all but the highest rung.

    That a message was lost stands beside the ladder: only whoever takes it up silences it. `about`: the rung of a lost
    message that nobody took up; what came of the closing is told all the same.
    """
    if step.state in CLOSED and not AFTER_CLOSING & {message.rung, about}:
        return "stap-klaar"
    if message.rung == UNDELIVERED and about is None:
        return TAKEN_UP
    if message.acute and step.acknowledged_at is not None and step.acknowledged_at >= message.planned_at:
        return "bevestigd"
    if message.rung in MOVES_WITH_THE_TERM and message.deadline_version < step.deadline_version:
        return "termijn-verzet"
    return HIGHER if overtaken else ""
