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
from tasks.ask_partner import a_page, ask_partner, temporary
from tasks.claim_offers import PARTNER, SYSTEM_OF, OfferClaim, claim_offer, leave_in_peace, settle_by_hand
from tasks.ledger_clock import is_virtual
from tasks.partner_rest import awake, leave_alone
from tasks.tell_of_offer import failed_kind, offer_lost, offer_well

ANSWERED = "overdracht-beantwoord"
MOST = 200
ROUND_SECONDS = 90.0
"""So many a round, and no new one after so long: what is left is for the next round, in two minutes."""

MAINTENANCE = 5
"""Tries, the first hours of the ladder: so long a page of who does maintenance there is no last word (POLICY)."""


def offer_handovers(ledger: Ledger, now: datetime) -> str:
    """Offer what is due, an organisation at a time until it does not answer; what was done, in Dutch, or ''."""
    known, became, clock = systems(), Counter[str](), clock_of(ledger, now)
    if not known:
        return ""
    with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
        settle_by_hand(work, known)
        left = awake(work.session, SYSTEM_OF, known, clock())
    for _ in turns():
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            claim = claim_offer(work, left)
        if claim is None:
            break
        remote, missed = _offered(claim)
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            became[record_offer(work, claim, remote, missed)] += 1
        if leave_alone(missed):
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
        return error.result.remote, error


def record_offer(work: UnitOfWork, claim: OfferClaim, remote: str, missed: Unanswered | None) -> OfferState:
    """What became of it. Who slept past the lease has lost the claim; only that it was delivered is still news.

    `remote` is kept also when not everything was made: people there may answer what stands there.
    """
    row = work.session.get_one(HandoverOffer, claim.offer_id)
    held = row.state == OfferState.CLAIMED and row.attempts == claim.attempt
    row.remote = remote if missed is None or not row.remote else row.remote
    leave_in_peace(work, claim.organisation, missed)
    if missed is None and (held or row.delivered_at is None):
        _delivered(work, row, claim, held)
    elif missed is not None and held and not later(work, row, for_now(missed, claim.attempt), OfferState.PLANNED):
        row.state = OfferState.FAILED
        audit_offer(work, row, "overdracht-mislukt", reden=row.reason)
        offer_lost(work, row, failed_kind(row.reason))
    return OfferState(row.state)


def _delivered(work: UnitOfWork, row: HandoverOffer, claim: OfferClaim, held: bool) -> None:
    """What may have been there before may have been answered: it is read at once."""
    row.delivered_at = work.now
    if held or row.state == OfferState.PLANNED:
        row.state, row.attempts, row.indefinite, row.reason = OfferState.DELIVERED, 0, 0, ""
        row.lease_until, row.next_try_at = None, None
        row.read_again_at = work.now if claim.sent_before else None
        offer_well(row)
    audit_offer(work, row, "overdracht-afgeleverd")


def for_now(missed: Unanswered, attempt: int) -> Unanswered:
    """For some hours a page of who does maintenance there is no last word."""
    return temporary(missed) if a_page(missed) and attempt <= MAINTENANCE else missed


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
