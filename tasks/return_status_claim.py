"""Take one status for a reporter's system in hand: whose turn it is, with a lease that outlives the exchange."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from domain.delivery import LONGEST_WAIT
from integrations.ledger import UnitOfWork
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.tables import DeliveryState, Report, Step, StepState
from integrations.reporters.config import ReporterSystem
from integrations.reporters.outcome import Before

MARGIN = timedelta(seconds=30)
LONGEST_LEASE = timedelta(hours=2)
WAITING = (DeliveryState.PLANNED, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE)
UNSETTLED = (*WAITING, DeliveryState.CLAIMED)
OVERTAKEN, WITHHELD = "ingehaald", "niet-terugkoppelen"
SILENT = (OVERTAKEN, WITHHELD)
"""Why a status need not be told any more."""


@dataclass(frozen=True)
class Claim:
    """One status in hand. `before`: what the other side may have of this report."""

    id: int
    attempt: int
    number: str
    status: str
    before: Before


def claim_status(work: UnitOfWork, system: ReporterSystem) -> Claim | None:
    """The oldest whose turn it is. What must not be told any more is settled on the way."""
    while found := work.session.exec(_turn(work, system.source)).first():
        row, report = found
        if reason := _silence(work, row):
            row.state, row.reason, row.verdict_at = DeliveryState.PERMANENT, reason, work.now
            row.lease_until = row.next_try_at = None
            work.session.flush()
            continue
        row.indefinite += row.state == DeliveryState.CLAIMED  # whoever had it died or hangs, and may have told it
        row.state, row.attempts = DeliveryState.CLAIMED, row.attempts + 1
        row.lease_until = work.now + timedelta(seconds=system.feedback.bound if system.feedback else 0) * 2 + MARGIN
        return Claim(row.id or 0, row.attempts, report.number, row.status, _before(work, row))
    return None


def _turn(work: UnitOfWork, source: str) -> Any:
    """Due, and nothing before it for this report still waits. A time too far ahead was written by a wrong clock."""
    lease, retry, state = col(StatusReturn.lease_until), col(StatusReturn.next_try_at), col(StatusReturn.state)
    free = or_(lease <= work.now, lease > work.now + LONGEST_LEASE)
    due = or_(retry.is_(None), retry <= work.now, retry > work.now + LONGEST_WAIT)
    mine = or_(and_(state.in_(WAITING), due), and_(state == DeliveryState.CLAIMED, free))
    other = aliased(StatusReturn)
    earlier = select(other.id).where(other.report_id == StatusReturn.report_id, other.ordinal < StatusReturn.ordinal)
    waits = earlier.where(col(other.state).in_(UNSETTLED)).exists()
    query = select(StatusReturn, Report).join(Report, col(Report.id) == StatusReturn.report_id)
    query = query.where(mine, ~waits, Report.source == source)
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


def _before(work: UnitOfWork, row: StatusReturn) -> Before:
    """What the other side may have of this report."""
    earlier = select(StatusReturn.id).where(StatusReturn.report_id == row.report_id)
    earlier = earlier.where(col(StatusReturn.ordinal) < row.ordinal, StatusReturn.state == DeliveryState.SENT)
    if work.session.exec(earlier).first() is not None:
        return Before.TOLD
    return Before.DOUBT if row.indefinite or row.ordinal > 1 else Before.NOTHING
