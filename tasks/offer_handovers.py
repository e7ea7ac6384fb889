"""Offer what was offered in the ledger to the case systems of the local organisations. Delivered is not accepted."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from time import monotonic

from domain.delivery import next_try
from domain.dutch import amount
from integrations.handover_systems import systems
from integrations.http import Unanswered
from integrations.ledger import Ledger, UnitOfWork
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Case, Step
from integrations.verdict import Verdict
from tasks.ask_partner import ask_partner
from tasks.claim_offers import PARTNER, OfferClaim, claim_offer, settle_by_hand
from tasks.ledger_clock import is_virtual
from tasks.tell_of_offer import offer_lost

ANSWERED = "overdracht-beantwoord"
MOST = 200
ROUND_SECONDS = 90.0
"""So many a round, and no new one after so long: what is left is for the next round, in two minutes."""


def offer_handovers(ledger: Ledger, now: datetime) -> str:
    """Offer what is due, an organisation at a time until it does not answer; what was done, in Dutch, or ''."""
    left, became, clock = set(systems()), Counter[str](), clock_of(ledger, now)
    if not left:
        return ""
    with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
        settle_by_hand(work, left)
    for _ in turns():
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            claim = claim_offer(work, left)
        if claim is None:
            break
        remote, missed = _offered(claim)
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            became[record_offer(work, claim, remote, missed)] += 1
        if missed and missed.result.route_down:
            left.discard(claim.organisation)
    return _said(became)


def turns() -> Iterator[int]:
    """A turn for each hand-over of this round."""
    until = monotonic() + ROUND_SECONDS
    return takewhile(lambda _: monotonic() < until, range(MOST))


def _offered(claim: OfferClaim) -> tuple[str, Unanswered | None]:
    try:
        return ask_partner(claim.organisation, lambda system: system.offer(claim.offer)), None
    except Unanswered as error:
        return "", error


def record_offer(work: UnitOfWork, claim: OfferClaim, remote: str, missed: Unanswered | None) -> OfferState:
    """What became of it. Who slept past the lease has lost the claim; only that it was delivered is still news."""
    row = work.session.get_one(HandoverOffer, claim.offer_id)
    held = row.state == OfferState.CLAIMED and row.attempts == claim.attempt
    if missed is None and (held or not row.remote):
        row.remote, row.reason = remote, ""
        if held or row.state == OfferState.PLANNED:
            row.state, row.attempts, row.indefinite = OfferState.DELIVERED, 0, 0
            row.delivered_at, row.lease_until, row.next_try_at = work.now, None, None
        audit_offer(work, row, "overdracht-afgeleverd")
    elif missed is not None and held and not later(work, row, missed, OfferState.PLANNED):
        row.state = OfferState.FAILED
        audit_offer(work, row, "overdracht-mislukt", reden=row.reason)
        offer_lost(work, row, row.reason)
    return OfferState(row.state)


def later(work: UnitOfWork, row: HandoverOffer, missed: Unanswered, state: OfferState) -> bool:
    """Back to `state`, to be tried again; False when it is given up. A server may ask for later, never for sooner."""
    row.reason, row.lease_until, row.next_try_at = missed.result.reason, None, None
    row.indefinite += missed.result.verdict is Verdict.INDEFINITE
    wait = None if missed.result.verdict is Verdict.PERMANENT else next_try(row.attempts)
    if wait is None:
        return False
    row.state, row.next_try_at = state, work.now + max(wait, timedelta(seconds=missed.wait))
    return True


def audit_offer(work: UnitOfWork, row: HandoverOffer, act: str, **details: str | int) -> None:
    """One row of the trail about this offer: its number and to whom, never what was said."""
    step = work.session.get_one(Step, row.step_id)
    reference = work.session.get_one(Case, step.case_id).reference
    about: dict[str, str | int] = {"nummer": row.number, "naar": row.organisation}
    work.audit(act, ground="overdracht", case_reference=reference, step_id=row.step_id, **(about | details))


def clock_of(ledger: Ledger, now: datetime) -> Callable[[], datetime]:
    """The moment of each transaction: a long round must not outlive its leases. A virtual ledger stands still."""
    began, still = monotonic(), is_virtual(ledger)
    return lambda: now if still else now + timedelta(seconds=monotonic() - began)


def _said(became: Counter[str]) -> str:
    if not became:
        return ""
    good, bad = became[OfferState.DELIVERED], became[OfferState.FAILED]
    told = f"{amount(good, 'overdracht', 'overdrachten')} afgeleverd"
    return f"{told}, {became.total() - good - bad} later opnieuw, {bad} niet te bezorgen"
