"""Tell reporters' systems what became of their reports (uitkomstmeldingen): claim, tell, record, each for itself."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from domain.delivery import LONGEST_WAIT, next_try
from domain.errors import WrongUse
from integrations.faults import fault_point
from integrations.http import Unanswered
from integrations.ledger import Ledger, UnitOfWork
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.tables import DeliveryState, Report, Step, StepState
from integrations.partners import partners
from integrations.reporters.config import ReporterSystem
from integrations.reporters.outcome import OutcomeDoor
from integrations.verdict import OF_US, Result, Verdict
from tasks.claim_offers import PARTNER
from tasks.offer_handovers import clock_of
from tasks.return_status_lost import status_lost
from tasks.return_status_plan import plan_status_returns

MOST = 200  # in one round; the next takes what is left
MARGIN = timedelta(seconds=30)
LONGEST_LEASE = timedelta(hours=2)
WAITING = (DeliveryState.PLANNED, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE)
UNSETTLED = (*WAITING, DeliveryState.CLAIMED)
OVERTAKEN, WITHHELD = "ingehaald", "niet-terugkoppelen"


@dataclass(frozen=True)
class Claim:
    """One status in hand. `new`: nothing was told of this report before, and nobody doubts that."""

    id: int
    attempt: int
    source: str
    number: str
    status: str
    new: bool


def return_statuses(ledger: Ledger, now: datetime) -> str:
    """Plan and tell; what was done, in Dutch, or ''. A system that is not there is left alone until the next round."""
    systems = {one.source: one for one in partners().reporters if one.feedback is not None}
    if not systems:
        return ""
    left, became, clock = set(systems), Counter[str](), clock_of(ledger, now)
    plan_status_returns(ledger, frozenset(systems), clock())
    for _ in range(MOST):
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            claim = _claim(work, left, systems)
        if claim is None:
            break
        fault_point("status.claimed")
        missed = _tell(systems[claim.source], claim)
        fault_point("status.told")
        with ledger.unit_of_work(now=clock(), actor=PARTNER) as work:
            became[_record(work, claim, missed)] += 1
        if missed and missed.result.route_down:
            left.discard(claim.source)
    good, bad = became[DeliveryState.SENT], became[DeliveryState.PERMANENT]
    said = f"uitkomstmeldingen: {good} verstuurd, {became.total() - good - bad} later opnieuw, {bad} niet te bezorgen"
    return said if became else ""


def _claim(work: UnitOfWork, sources: Collection[str], systems: Mapping[str, ReporterSystem]) -> Claim | None:
    """The oldest whose turn it is. What must not be told any more is settled on the way."""
    while found := work.session.exec(_turn(work, sources)).first():
        row, report = found
        if reason := _silence(work, row):
            row.state, row.reason, row.verdict_at = DeliveryState.PERMANENT, reason, work.now
            row.lease_until = row.next_try_at = None
            work.session.flush()
            continue
        row.indefinite += row.state == DeliveryState.CLAIMED  # whoever had it died or hangs, and may have told it
        row.state, row.attempts = DeliveryState.CLAIMED, row.attempts + 1
        feedback = systems[report.source].feedback
        row.lease_until = work.now + timedelta(seconds=feedback.bound if feedback else 0) * 2 + MARGIN
        new = row.ordinal == 1 and not row.indefinite
        return Claim(row.id or 0, row.attempts, report.source, report.number, row.status, new)
    return None


def _turn(work: UnitOfWork, sources: Collection[str]) -> Any:
    """Due, and nothing before it for this report still waits. A time too far ahead was written by a wrong clock."""
    lease, retry, state = col(StatusReturn.lease_until), col(StatusReturn.next_try_at), col(StatusReturn.state)
    free = or_(lease <= work.now, lease > work.now + LONGEST_LEASE)
    due = or_(retry.is_(None), retry <= work.now, retry > work.now + LONGEST_WAIT)
    mine = or_(and_(state.in_(WAITING), due), and_(state == DeliveryState.CLAIMED, free))
    other = aliased(StatusReturn)
    earlier = select(other.id).where(other.report_id == StatusReturn.report_id, other.ordinal < StatusReturn.ordinal)
    waits = earlier.where(col(other.state).in_(UNSETTLED)).exists()
    query = select(StatusReturn, Report).join(Report, col(Report.id) == StatusReturn.report_id)
    query = query.where(mine, ~waits, col(Report.source).in_(sources))
    return query.order_by(col(StatusReturn.written_at), col(StatusReturn.id)).limit(1)


def _silence(work: UnitOfWork, row: StatusReturn) -> str:
    """Why it must not be told: a later one was, or somebody decided that this reporter gets no feedback (S08)."""
    later = select(StatusReturn.id).where(StatusReturn.report_id == row.report_id)
    later = later.where(col(StatusReturn.ordinal) > row.ordinal, StatusReturn.state == DeliveryState.SENT)
    if work.session.exec(later).first() is not None:
        return OVERTAKEN
    report = work.session.get_one(Report, row.report_id)
    subjects = (f"1-{report.id}", f"2-{report.id}")
    about = select(Step.id).where(Step.case_id == report.case_id, Step.kind == "reporter_feedback")
    about = about.where(col(Step.subject).in_(subjects), Step.state == StepState.DONE, Step.outcome == "withheld")
    return WITHHELD if work.session.exec(about).first() is not None else ""


def _tell(system: ReporterSystem, claim: Claim) -> Unanswered | None:
    try:
        with OutcomeDoor(system) as door:
            door.tell(claim.number, claim.status, new=claim.new)
    except Unanswered as error:
        return error
    except WrongUse as error:  # of our own set-up: an operator mends it while the status waits
        return Unanswered(Result(Verdict.TEMPORARY, f"{OF_US}{error.code}"))
    return None


def _record(work: UnitOfWork, claim: Claim, missed: Unanswered | None) -> str:
    """What became of it. Who slept past the lease has lost the claim; only that it was told is still news."""
    row = work.session.get_one(StatusReturn, claim.id)
    held = row.state == DeliveryState.CLAIMED and row.attempts == claim.attempt
    if row.state == DeliveryState.SENT or (missed is not None and not held):
        return row.state
    row.verdict_at, row.lease_until, row.next_try_at = work.now, None, None
    if missed is None:
        row.state, row.reason = DeliveryState.SENT, ""
        return row.state
    row.reason, verdict = missed.result.reason, missed.result.verdict
    row.indefinite += verdict is Verdict.INDEFINITE
    wait = None if verdict is Verdict.PERMANENT else next_try(row.attempts)
    if wait is None:
        row.state = DeliveryState.PERMANENT
        status_lost(work, row)
    else:
        row.state = DeliveryState(verdict)
        row.next_try_at = work.now + max(wait, timedelta(seconds=missed.wait))
    return row.state
