"""The events on their way to subscribers: where each stands, and what was given up."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.tables import Audit, DeliveryState

UNDERWAY = tuple(state for state in DeliveryState if state is not DeliveryState.SENT)


@dataclass(frozen=True)
class EventLine:
    """One event for one subscriber: `number` is its line in the trail, `at` when it happened, `reason` a code."""

    subscriber: str
    number: int
    kind: str
    case_reference: str
    at: datetime
    state: str
    attempts: int
    next_try_at: datetime | None
    reason: str


def list_events(session: Session, *, subscriber: str = "", whole: bool = False, limit: int = 100) -> list[EventLine]:
    """The newest first; those that were sent only when the `whole` list is asked."""
    query = (
        select(EventDelivery, Audit.case_reference, Audit.at)
        .join(Audit, col(Audit.seq) == col(EventDelivery.seq))
        .order_by(col(EventDelivery.id).desc())
        .limit(limit)
    )
    if subscriber:
        query = query.where(EventDelivery.subscriber == subscriber)
    if not whole:
        query = query.where(col(EventDelivery.state).in_(UNDERWAY))
    return [
        EventLine(
            subscriber=row.subscriber,
            number=row.seq,
            kind=row.kind,
            case_reference=reference,
            at=at,
            state=row.state,
            attempts=row.attempts,
            next_try_at=row.next_try_at,
            reason=row.reason,
        )
        for row, reference, at in session.exec(query)
    ]
