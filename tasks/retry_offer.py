"""Offer a hand-over once more: after a failure that somebody mended, or at once instead of later."""

from datetime import datetime

from sqlmodel import col, select

from domain.access import refuse_counts_only
from domain.errors import StateRefusal, UnknownRefusal
from integrations.handover_systems import configured
from integrations.ledger import Actor, Ledger
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.people import who
from integrations.ledger.tables import Step
from tasks.claim_offers import STANDS
from tasks.offer_handovers import audit_offer

MAY = frozenset({OfferState.PLANNED, OfferState.FAILED, OfferState.BY_HAND})


def retry_offer(ledger: Ledger, number: str, by: str, *, door: str, now: datetime) -> None:
    """The next round offers it. Whatever stands there already is found by its number, never made twice.

    Raises KR-CODE-ONBEKEND, KR-CODE-INACTIEF, KR-ROL, KR-OVERDRACHT-ONBEKEND, and KR-OVERDRACHT-NIET-OPNIEUW when it
    was delivered, is over, or the organisation has no system.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as work:
        person = who(work.session, by)
        refuse_counts_only(person)
        work.actor = Actor(person.code, sorted(person.roles)[0], door)
        query = select(HandoverOffer).where(HandoverOffer.number == number.strip().upper())
        row = work.session.exec(query).first()
        if row is None:
            raise UnknownRefusal("KR-OVERDRACHT-ONBEKEND")
        stands = query.join(Step, col(Step.id) == col(HandoverOffer.step_id)).where(STANDS)
        if row.state not in MAY or not work.session.exec(stands).first() or configured(row.organisation) is None:
            raise StateRefusal("KR-OVERDRACHT-NIET-OPNIEUW")
        row.state, row.next_try_at, row.attempts = OfferState.PLANNED, None, min(row.attempts, 1)
        audit_offer(work, row, "overdracht-opnieuw")
