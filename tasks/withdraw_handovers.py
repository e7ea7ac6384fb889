"""Take back at the other side what no longer stands here: withdrawn, answered through another door, offered anew."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from domain.dutch import amount
from integrations.handover import HandoverSystem, Standing
from integrations.handover_systems import systems
from integrations.http import Unanswered
from integrations.ledger import Ledger, UnitOfWork
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from tasks.ask_partner import ask_partner
from tasks.claim_offers import PARTNER, OfferClaim, claim_withdrawal
from tasks.offer_handovers import ANSWERED, audit_offer, clock_of, later, turns
from tasks.tell_of_offer import offer_lost

CROSSED = "daar-aanvaard"
"""They accepted what was taken back here in the meantime: two people must speak to each other."""

GONE = frozenset({404, 410})


def withdraw_handovers(ledger: Ledger, now: datetime) -> str:
    """Take back what is due; what was done, in Dutch, or ''. What never left is struck out without asking anybody."""
    left, became, clock = set(systems()), Counter[str](), clock_of(ledger, now)
    if not left:
        return ""
    for _ in turns():
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            claim = claim_withdrawal(work, left)
        if claim is None:
            break
        state, missed = _withdrawn(claim)
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            became[_record(work, claim, state, missed)] += 1
        if missed and missed.result.route_down:
            left.discard(claim.organisation)
    told = amount(became.total(), "overdracht", "overdrachten")
    return f"{told} ingetrokken of afgesloten bij de ontvanger" if became else ""


def _withdrawn(claim: OfferClaim) -> tuple[OfferState, Unanswered | None]:
    if not claim.sent_before:
        return OfferState.WITHDRAWN, None
    try:
        return ask_partner(claim.organisation, _take_back(claim)), None
    except Unanswered as error:
        gone = error.status in GONE
        return OfferState.WITHDRAWN, None if gone else error


def _take_back(claim: OfferClaim) -> Callable[[HandoverSystem], OfferState]:
    """Look first: what they said in the meantime is not overwritten."""

    def ask(system: HandoverSystem) -> OfferState:
        remote = claim.remote or system.find(claim.offer.number)
        if not remote:
            return OfferState.WITHDRAWN
        standing = system.read(remote).standing
        if standing is Standing.ACCEPTED:
            return OfferState.ACCEPTED if claim.outcome == "accepted" else OfferState.FAILED
        if standing is Standing.REFUSED:
            return OfferState.REFUSED
        system.withdraw(remote, claim.offer)
        return OfferState.WITHDRAWN

    return ask


def _record(work: UnitOfWork, claim: OfferClaim, state: OfferState, missed: Unanswered | None) -> OfferState:
    row = work.session.get_one(HandoverOffer, claim.offer_id)
    if row.state != OfferState.CLAIMED or row.attempts != claim.attempt:
        return OfferState(row.state)
    back_to = OfferState.DELIVERED if row.remote else OfferState.PLANNED
    if missed is not None and later(work, row, missed, back_to):
        return OfferState(row.state)
    row.state, row.lease_until, row.next_try_at = (OfferState.FAILED if missed else state), None, None
    row.withdrawn_at = work.now
    row.answered_at = work.now if state in (OfferState.ACCEPTED, OfferState.REFUSED) and not missed else None
    if row.state == OfferState.FAILED:
        row.reason = row.reason if missed else CROSSED
        audit_offer(work, row, "overdracht-niet-ingetrokken", reden=row.reason)
        offer_lost(work, row, row.reason)
    elif claim.sent_before:
        audit_offer(work, row, "overdracht-ingetrokken" if row.answered_at is None else ANSWERED, stand=row.state)
    return OfferState(row.state)
