"""How many hand-overs to partners' systems go no further by themselves: a person must look at them."""

from sqlmodel import Session, col, func, select

from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Step
from tasks.offer_problems import FAILED
from tasks.offer_standing import STANDS


def count_stuck_offers(session: Session) -> int:
    """Those that were given up, to be brought or taken back, or whose answer does not count yet."""
    returned = STANDS & (col(HandoverOffer.state) == OfferState.DELIVERED) & (col(HandoverOffer.refused) != "")
    counted = select(func.count()).select_from(HandoverOffer).join(Step, col(Step.id) == col(HandoverOffer.step_id))
    return session.exec(counted.where(FAILED | returned)).one()
