"""Which offers of hand-overs still stand here, and of which something stands there: conditions of queries."""

from sqlalchemy import and_, or_
from sqlmodel import col

from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Step, StepState

STANDS = and_(col(Step.state) == StepState.OPEN, col(Step.round) == col(HandoverOffer.round))
"""The hand-over is still offered as it was: not answered, not taken back, not offered anew, its case not closed."""

THERE = or_(
    col(HandoverOffer.state) == OfferState.DELIVERED,
    and_(col(HandoverOffer.state).in_((OfferState.PLANNED, OfferState.FAILED)), col(HandoverOffer.remote) != ""),
)
"""Something stands there that people may answer: delivered, or made in part only."""

ACCEPTED, REFUSED = "accepted", "refused"
"""What people answered, as the outcome of the step."""
