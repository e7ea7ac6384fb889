"""The messages that reached nobody and that nobody took up yet: they show until somebody does."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.process import step_of
from integrations.ledger.tables import Case, Message, MessageState, Step

WAITING = (col(Message.state) == MessageState.FAILED) & col(Message.handled_at).is_(None)
"""The condition that makes a message one of these; by the index of states it reads only what ever failed."""
MOST = 500


@dataclass(frozen=True)
class FailedLine:
    """One of them: its number (to take it up), about which step, for whom, since when, and why (a code)."""

    id: int
    case_reference: str
    step_id: str
    title: str
    rung: str
    party: str
    since: datetime
    reason: str


def failed_messages(session: Session) -> list[FailedLine]:
    """The oldest first, at most MOST."""
    query = (
        select(Message, Step.kind, Case.reference)
        .join(Step, col(Step.id) == Message.step_id)
        .join(Case, col(Case.id) == Step.case_id)
        .where(WAITING)
        .order_by(col(Message.planned_at), col(Message.id))
        .limit(MOST)
    )
    return [
        FailedLine(
            id=message.id or 0,
            case_reference=reference,
            step_id=message.step_id,
            title=step_of(kind).title,
            rung=message.rung,
            party=message.party,
            since=message.owed_at or message.planned_at,
            reason=message.reason.rpartition(";")[2],
        )
        for message, kind, reference in session.exec(query)
    ]


def steps_with_failures(session: Session, step_id: str = "") -> frozenset[str]:
    """The steps about which a message reached nobody: all of them, or whether this one is among them."""
    wanted = select(Message.step_id).where(WAITING).distinct()
    return frozenset(session.exec(wanted.where(Message.step_id == step_id) if step_id else wanted))
