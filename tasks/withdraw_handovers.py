"""Take back at the other side what no longer stands here: withdrawn, refused through our own form, offered anew.

What was accepted through our own form is left as it is there: their case is theirs, and they are at work on it.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from domain.dutch import amount
from domain.messages import OFFER_CROSSED, OFFER_STAYS
from integrations.handover import HandoverSystem, Standing
from integrations.handover_systems import systems
from integrations.http import Unanswered
from integrations.ledger import Ledger, UnitOfWork
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from tasks.ask_partner import ask_partner, is_gone
from tasks.claim_offers import PARTNER, SYSTEM_OF, OfferClaim, claim_withdrawal, leave_in_peace
from tasks.offer_handovers import ANSWERED, audit_offer, clock_of, for_now, later, turns
from tasks.offer_standing import ACCEPTED, REFUSED
from tasks.partner_rest import awake, leave_alone
from tasks.tell_of_offer import offer_lost

CROSSED = "daar-aanvaard"
"""They accepted what was taken back here in the meantime: two people must speak to each other."""

HERE = {ACCEPTED: "hier-aanvaard", REFUSED: "hier-geweigerd"}


def withdraw_handovers(ledger: Ledger, now: datetime) -> str:
    """Take back what is due; what was done, in Dutch, or ''. What never left is struck out without asking anybody."""
    known, became, clock = systems(), Counter[str](), clock_of(ledger, now)
    if not known:
        return ""
    with ledger.reading() as session:
        left = awake(session, SYSTEM_OF, known, clock())
    for _ in turns():
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            claim = claim_withdrawal(work, left)
        if claim is None:
            break
        state, missed = _withdrawn(claim)
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            leave_in_peace(work, claim.organisation, missed)
            became[_record(work, claim, state, missed)] += 1
        if leave_alone(missed):
            left.discard(claim.organisation)
    told = amount(became.total(), "overdracht", "overdrachten")
    return f"{told} ingetrokken of afgesloten bij de ontvanger" if became else ""


def _withdrawn(claim: OfferClaim) -> tuple[OfferState, Unanswered | None]:
    if not claim.sent_before:
        return OfferState.WITHDRAWN, None
    if claim.answered == ACCEPTED:
        return OfferState.ACCEPTED, None
    try:
        return ask_partner(claim.organisation, _take_back(claim)), None
    except Unanswered as error:
        return OfferState.WITHDRAWN, error


def _take_back(claim: OfferClaim) -> Callable[[HandoverSystem], OfferState]:
    """Look first: what they said in the meantime is not overwritten."""

    def ask(system: HandoverSystem) -> OfferState:
        remote = claim.remote or system.find(claim.offer.number)
        try:
            return _ended(system, remote, claim) if remote else _state(claim)
        except Unanswered as missed:
            if is_gone(system, remote, missed):
                return _state(claim)
            raise

    return ask


def _ended(system: HandoverSystem, remote: str, claim: OfferClaim) -> OfferState:
    standing = system.read(remote).standing
    if standing is Standing.WAITING:
        standing = system.withdraw(remote, claim.offer, answered=claim.answered)
    if standing is Standing.ACCEPTED:
        return OfferState.FAILED
    return OfferState.REFUSED if standing is Standing.REFUSED else _state(claim)


def _state(claim: OfferClaim) -> OfferState:
    """What was refused through our own form is refused, not withdrawn."""
    return OfferState.REFUSED if claim.answered == REFUSED else OfferState.WITHDRAWN


def _record(work: UnitOfWork, claim: OfferClaim, state: OfferState, missed: Unanswered | None) -> OfferState:
    row = work.session.get_one(HandoverOffer, claim.offer_id)
    if row.state != OfferState.CLAIMED or row.attempts != claim.attempt:
        return OfferState(row.state)
    back_to = OfferState.DELIVERED if row.remote else OfferState.PLANNED
    if missed is not None and later(work, row, for_now(missed, claim.attempt), back_to):
        return OfferState(row.state)
    row.state, row.lease_until, row.next_try_at = (OfferState.FAILED if missed else state), None, None
    row.withdrawn_at = work.now
    row.answered_at = work.now if row.state in (OfferState.ACCEPTED, OfferState.REFUSED) else None
    if row.state == OfferState.FAILED:
        row.reason = row.reason if missed else CROSSED
        audit_offer(work, row, "overdracht-niet-ingetrokken", reden=row.reason)
        offer_lost(work, row, OFFER_STAYS if missed else OFFER_CROSSED)
    elif claim.sent_before:
        said = {"reden": HERE[claim.answered]} if row.answered_at and claim.answered else {}
        audit_offer(work, row, ANSWERED if row.answered_at else "overdracht-ingetrokken", stand=row.state, **said)
    return OfferState(row.state)
