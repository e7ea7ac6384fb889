"""Hand-overs to partners' systems that go no further by themselves: which they are, and how many, for who watches."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from domain.dutch import AMSTERDAM, amount
from domain.errors import KetenregieError
from domain.terms import add_working_days, local_date
from integrations.handover_systems import systems
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Step
from tasks.offer_standing import ACCEPTED, STANDS

WORKING_DAYS = 1
"""So long after it was offered a hand-over should be there (POLICY)."""

UNREAD = timedelta(days=2)
"""So long a hand-over may stand there without being read: every day it is read once (POLICY)."""

HOMELESS = " zonder systeem in het partnerbestand"
_state = col(HandoverOffer.state)
_gone_out = and_(_state == OfferState.PLANNED, col(HandoverOffer.attempts) > 0)
FAILED = and_(
    _state == OfferState.FAILED,
    col(HandoverOffer.settled_at).is_(None),
    or_(STANDS, col(HandoverOffer.withdrawn_at).is_not(None)),
)
"""Given up, to be brought or to be taken back, and nobody said that it was seen to."""


def late_offers(session: Session, now: datetime) -> list[HandoverOffer]:
    """Those that should have been there for a working day and are not."""
    calendar = policy_of(session).calendar()
    under_way = (_state.in_((OfferState.PLANNED, OfferState.CLAIMED)), _known(), STANDS)
    waiting = _offers(session, *under_way, col(HandoverOffer.offered_at) <= now - timedelta(days=WORKING_DAYS))

    def due(offer: HandoverOffer) -> datetime:
        there = offer.offered_at.astimezone(AMSTERDAM)
        return datetime.combine(add_working_days(local_date(there), WORKING_DAYS, calendar), there.timetz())

    return [offer for offer in waiting if due(offer) <= now]


def homeless_offers(session: Session) -> Sequence[HandoverOffer]:
    """Those that went to a system which is in the partners' file no more: nobody reads them or takes them back."""
    went = or_(_state.in_((OfferState.DELIVERED, OfferState.CLAIMED)), _gone_out)
    return _offers(session, went, ~_known(), or_(STANDS, col(Step.outcome) != ACCEPTED))


def unread_offers(session: Session, now: datetime) -> list[HandoverOffer]:
    """Those that stand there and were not read for two days."""
    delivered = (_state == OfferState.DELIVERED, _known(), STANDS)
    last = func.coalesce(HandoverOffer.read_at, HandoverOffer.delivered_at)
    return _offers(session, *delivered, last <= now - UNREAD)


def offer_problems(session: Session, now: datetime) -> list[str]:
    """What a person must look at, in Dutch; empty when all is well."""
    try:
        systems()
    except KetenregieError as error:
        return [f"het partnerbestand is niet te gebruiken ({error.code})"]
    found = (
        (len(late_offers(session, now)), " na een werkdag nog niet bij de ontvanger"),
        (len(unread_offers(session, now)), " al twee dagen niet nagelezen"),
        (len(_offers(session, FAILED)), " mislukt"),
        (len(homeless_offers(session)), HOMELESS),
    )
    return [f"{amount(count, 'overdracht', 'overdrachten')}{what}" for count, what in found if count]


def _known() -> ColumnElement[bool]:
    return col(HandoverOffer.organisation).in_(systems())


def _offers(session: Session, *where: ColumnElement[bool]) -> list[HandoverOffer]:
    query = select(HandoverOffer).join(Step, col(Step.id) == col(HandoverOffer.step_id))
    return list(session.exec(query.where(*where).order_by(col(HandoverOffer.id))))
