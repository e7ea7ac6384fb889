"""Offer a hand-over once more, or take it back once more: after a failure that somebody mended, or now, not later."""

from datetime import datetime

from sqlmodel import and_, col, or_, select

from domain.errors import StateRefusal, UnknownRefusal
from integrations.handover_systems import configured
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Step
from tasks.acting import acting
from tasks.claim_offers import SYSTEM_OF
from tasks.offer_handovers import audit_offer
from tasks.offer_standing import STANDS
from tasks.partner_rest import wake

AGAIN = and_(STANDS, col(HandoverOffer.state).in_((OfferState.PLANNED, OfferState.FAILED, OfferState.BY_HAND)))
TAKE_BACK = and_(~STANDS, col(HandoverOffer.state) == OfferState.FAILED, col(HandoverOffer.withdrawn_at).is_not(None))
"""A withdrawal that was given up."""


def retry_offer(ledger: Ledger, number: str, by: str, *, door: str, now: datetime) -> None:
    """The next round offers it, or takes it back. Whatever stands there is found by its number, never made twice.

    Raises KR-CODE-ONBEKEND, KR-CODE-INACTIEF, KR-ROL, KR-OVERDRACHT-ONBEKEND, and KR-OVERDRACHT-NIET-OPNIEUW when it
    was delivered, is over, or the organisation has no system.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as work:
        acting(work, by)
        row = offer_of(work, number)
        if not _again(work, HandoverOffer.id == row.id) or configured(row.organisation) is None:
            raise StateRefusal("KR-OVERDRACHT-NIET-OPNIEUW")
        _anew(work, row)
        wake(work, f"{SYSTEM_OF}:{row.organisation}")


def retry_offers(ledger: Ledger, organisation: str, by: str, *, door: str, now: datetime) -> int:
    """The same for all that failed or waits of this organisation; how many. Raises the same."""
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as work:
        acting(work, by)
        there = (HandoverOffer.organisation == organisation, col(HandoverOffer.state) != OfferState.BY_HAND)
        rows = _again(work, *there, col(HandoverOffer.settled_at).is_(None)) if configured(organisation) else []
        if not rows:
            raise StateRefusal("KR-OVERDRACHT-NIET-OPNIEUW")
        for row in rows:
            _anew(work, row)
        wake(work, f"{SYSTEM_OF}:{organisation}")
        return len(rows)


def offer_of(work: UnitOfWork, number: str) -> HandoverOffer:
    """The offer with this number. Raises KR-OVERDRACHT-ONBEKEND."""
    row = work.session.exec(select(HandoverOffer).where(HandoverOffer.number == number.strip().upper())).first()
    if row is None:
        raise UnknownRefusal("KR-OVERDRACHT-ONBEKEND")
    return row


def _again(work: UnitOfWork, *where: object) -> list[HandoverOffer]:
    query = select(HandoverOffer).join(Step, col(Step.id) == col(HandoverOffer.step_id))
    return list(work.session.exec(query.where(or_(AGAIN, TAKE_BACK), *where)))  # type: ignore[arg-type]


def _anew(work: UnitOfWork, row: HandoverOffer) -> None:
    taken_back = row.withdrawn_at is not None
    row.state = OfferState.DELIVERED if taken_back and row.remote else OfferState.PLANNED
    row.next_try_at, row.withdrawn_at, row.settled_at, row.attempts = None, None, None, min(row.attempts, 1)
    audit_offer(work, row, "overdracht-opnieuw")
