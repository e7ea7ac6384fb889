"""Take a hand-over whose turn it is: the attempt is counted and the lease set before anything is sent or taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, update
from sqlmodel import col, select

from domain.delivery import LONGEST_WAIT
from domain.terms import local_date
from integrations.handover import Offer
from integrations.handover_systems import patience
from integrations.http import Unanswered
from integrations.ledger import Actor, UnitOfWork
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.restored import maybe_sent_before
from integrations.ledger.tables import Case, OwnNumber, Step, StepState
from tasks.compose_messages import step_link
from tasks.offer_standing import ACCEPTED, REFUSED, STANDS
from tasks.partner_rest import rest_after

PARTNER = Actor("koppeling", "koppeling", "partner")
"""Who acts when a partner's system and ours speak to each other."""

SLACK = timedelta(minutes=1)
LONGEST_LEASE = timedelta(hours=2)
PAUSE = timedelta(minutes=1)
"""Of who is too busy and does not say for how long (POLICY): nothing more is asked in this round."""

SYSTEM_OF = "overdracht"
"""The kind of system that tasks/partner_rest.py knows an organisation's case system by."""


@dataclass(frozen=True)
class OfferClaim:
    """One offer in hand. `attempt` tells this claim from a later one; `answered`: what they said of it through our own
    form (accepted, refused), '' when they said nothing there; `sent_before`: it left, or may have, also when
    this ledger is an older copy that does not know it."""

    offer_id: int
    attempt: int
    organisation: str
    remote: str
    answered: str
    sent_before: bool
    offer: Offer


def claim_offer(work: UnitOfWork, organisations: Collection[str]) -> OfferClaim | None:
    """The oldest that must go to one of these organisations."""
    return _claim(work, organisations, (OfferState.PLANNED,), STANDS)


def claim_withdrawal(work: UnitOfWork, organisations: Collection[str]) -> OfferClaim | None:
    """The oldest that stands there, or may, while it no longer stands here. What failed for good once is left alone."""
    states = (OfferState.PLANNED, OfferState.DELIVERED, OfferState.FAILED)
    return _claim(work, organisations, states, ~STANDS, col(HandoverOffer.withdrawn_at).is_(None))


def settle_by_hand(work: UnitOfWork, organisations: Collection[str]) -> None:
    """Whose organisation has no system goes as it always went: by mail, telephone and our own form."""
    planned = (col(HandoverOffer.state) == OfferState.PLANNED, col(HandoverOffer.attempts) == 0)
    elsewhere = col(HandoverOffer.organisation).not_in(organisations)
    work.session.connection().execute(update(HandoverOffer).where(*planned, elsewhere).values(state=OfferState.BY_HAND))


def _claim(
    work: UnitOfWork, organisations: Collection[str], states: Collection[OfferState], *where: Any
) -> OfferClaim | None:
    query = select(HandoverOffer, Step, Case).join(Step, col(Step.id) == col(HandoverOffer.step_id))
    query = query.join(Case, col(Case.id) == col(Step.case_id)).where(_due(work, states), *where)
    query = query.where(col(HandoverOffer.organisation).in_(organisations))
    found = work.session.exec(query.order_by(col(HandoverOffer.offered_at), col(HandoverOffer.id)).limit(1)).first()
    if found is None:
        return None
    row, step, case = found
    sent_before = bool(row.attempts or row.remote) or maybe_sent_before(work.session, row.offered_at)
    if row.state == OfferState.CLAIMED:
        row.indefinite += 1  # whoever had it died or hangs, and may have sent it
    row.state, row.attempts = OfferState.CLAIMED, row.attempts + 1
    row.lease_until = work.now + patience(row.organisation) + SLACK
    own = work.session.get(OwnNumber, (case.id, row.organisation))
    offer = Offer(
        number=row.number,
        case_reference=case.reference,
        own_number=own.number if own else "",
        offered_on=local_date(row.offered_at),
        due_on=local_date(step.due_at) if step.due_at else None,
        link=step_link(step, case.reference),
    )
    return OfferClaim(row.id or 0, row.attempts, row.organisation, row.remote, _answered(row, step), sent_before, offer)


def _answered(row: HandoverOffer, step: Step) -> str:
    """Only a refusal begins a new round; an acceptance closes the step."""
    if step.round > row.round:
        return REFUSED
    return ACCEPTED if step.state == StepState.DONE and step.outcome == ACCEPTED else ""


def leave_in_peace(work: UnitOfWork, organisation: str, missed: Unanswered | None) -> None:
    """Who asks for rest, or is too busy, is asked nothing until then: by no round, about no hand-over."""
    rest_after(work, f"{SYSTEM_OF}:{organisation}", missed, busy=PAUSE)


def _due(work: UnitOfWork, states: Collection[OfferState]) -> Any:
    """Its turn; a lease or a next try too far ahead was written while this machine's clock was wrong."""
    lease, retry = col(HandoverOffer.lease_until), col(HandoverOffer.next_try_at)
    free = or_(lease <= work.now, lease > work.now + LONGEST_LEASE)
    turn = or_(retry.is_(None), retry <= work.now, retry > work.now + LONGEST_WAIT)
    state = col(HandoverOffer.state)
    return or_(and_(state.in_(states), turn), and_(state == OfferState.CLAIMED, free))
