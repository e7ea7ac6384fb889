"""The hand-overs on their way to partners' systems: where each stands, and what a person must look at."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from integrations.handover_systems import systems
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Case, Step

OVER = (OfferState.ACCEPTED, OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.BY_HAND)


@dataclass(frozen=True)
class OfferLine:
    """One offer. `reason`: why it is not there yet, or not taken back; `refused`: why its answer does not count yet."""

    number: str
    case_reference: str
    step_id: str
    organisation: str
    state: str
    offered_at: datetime
    delivered_at: datetime | None
    read_at: datetime | None
    next_try_at: datetime | None
    attempts: int
    reason: str
    refused: str
    settled_at: datetime | None


def list_offers(session: Session, *, whole: bool = False, limit: int = 100) -> list[OfferLine]:
    """The newest first; those that are over, settled, or go to no system, only when the `whole` list is asked."""
    known = col(HandoverOffer.organisation).in_(systems())
    query = (
        select(HandoverOffer, Case.reference, known)
        .join(Step, col(Step.id) == col(HandoverOffer.step_id))
        .join(Case, col(Case.id) == col(Step.case_id))
        .order_by(col(HandoverOffer.id).desc())
        .limit(limit)
    )
    if not whole:
        state = col(HandoverOffer.state)
        query = query.where(state.not_in(OVER), col(HandoverOffer.settled_at).is_(None))
        query = query.where(or_(state != OfferState.PLANNED, col(HandoverOffer.attempts) > 0, known))
    return [
        OfferLine(
            number=row.number,
            case_reference=reference,
            step_id=row.step_id,
            organisation=row.organisation,
            state=OfferState.BY_HAND if row.state == OfferState.PLANNED and not (goes or row.attempts) else row.state,
            offered_at=row.offered_at,
            delivered_at=row.delivered_at,
            read_at=row.read_at,
            next_try_at=row.next_try_at,
            attempts=row.attempts,
            reason=row.reason,
            refused=row.refused,
            settled_at=row.settled_at,
        )
        for row, reference, goes in session.exec(query)
    ]
