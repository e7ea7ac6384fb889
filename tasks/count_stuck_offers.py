"""How many hand-overs to partners' systems go no further by themselves: a person must look at them."""

from sqlmodel import Session, col, func, select

from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Step
from tasks.claim_offers import STANDS


def count_stuck_offers(session: Session) -> int:
    """Those that still stand and were given up, or whose answer does not count yet."""
    returned = (col(HandoverOffer.state) == OfferState.DELIVERED) & (col(HandoverOffer.refused) != "")
    counted = select(func.count()).select_from(HandoverOffer).join(Step, col(Step.id) == col(HandoverOffer.step_id))
    return session.exec(counted.where(STANDS, (col(HandoverOffer.state) == OfferState.FAILED) | returned)).one()
