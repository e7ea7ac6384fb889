"""Plan which status each reporter's system must hear of its report: from the audit trail, in its order, each once.

A reporter hears what became of its own report, and nothing of another on the same case: refused at intake (VT-00,
VT-99); or, once accepted, the first decision that was made on it (S07: VT-01-…) and then the one end (VT-02 or VT-03).
Only who wanted feedback hears anything.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import col, select

from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.audit import head
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.settings_table import get, put
from integrations.ledger.tables import Audit, Case, DeliveryState, Report, Step, StepState

CURSOR = "status_returns_after:"
AT_ONCE = 500  # rows of the trail in one transaction
STATUS, CLOSED = "status-melder", "zaak-afgesloten"
CLOSED_STEP = "stap-afgerond"
INTAKE, DECISION, HANDOVER = "report_intake", "route_decision", "warm_handover"
REFUSED = {"not_admissible": "VT-00", "wrong_address": "VT-99"}
HANDED_OVER = "VT-02"


def plan_status_returns(ledger: Ledger, sources: frozenset[str], now: datetime) -> int:
    """Plan what happened since the last time; how many. Who is new hears what happens from now on."""
    return sum(_plan_for(ledger, source, now) for source in sorted(sources))


def _plan_for(ledger: Ledger, source: str, now: datetime) -> int:
    planned = 0
    while _behind(ledger, source):
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            planned += _take(work, source)
    return planned


def _behind(ledger: Ledger, source: str) -> bool:
    with ledger.reading() as session:
        return get(session, CURSOR + source) != str(head(session).seq)


def _take(work: UnitOfWork, source: str) -> int:
    """The next part of the trail, and the cursor after it, in one transaction."""
    last, at = head(work.session).seq, get(work.session, CURSOR + source)
    rows = _rows(work, int(at), last) if at is not None else []
    planned = sum(_planned(work, report, status) for row in rows for report, status in _told(work, row, source))
    put(work, CURSOR + source, str(rows[-1].seq if len(rows) == AT_ONCE else last))
    return planned


def _rows(work: UnitOfWork, after: int, last: int) -> list[Audit]:
    query = select(Audit).where(col(Audit.seq) > after, col(Audit.seq) <= last)
    query = query.where(col(Audit.act).in_((STATUS, CLOSED, CLOSED_STEP))).order_by(col(Audit.seq))
    return list(work.session.exec(query.limit(AT_ONCE)))


def _told(work: UnitOfWork, row: Audit, source: str) -> Iterator[tuple[Report, str]]:
    """Which report hears which status of this row of the trail."""
    if row.act == CLOSED_STEP:
        step = work.session.get(Step, row.step_id) if row.details.get("kind") == INTAKE else None
        report = work.session.get(Report, int(step.subject)) if step is not None and step.outcome in REFUSED else None
        if step is not None and report is not None and report.source == source and report.feedback_wanted:
            yield report, REFUSED[step.outcome]
        return
    reports = select(Report).join(Case, col(Case.id) == Report.case_id).where(Case.reference == row.case_reference)
    reports = reports.where(Report.source == source, col(Report.feedback_wanted)).order_by(col(Report.id))
    for report in work.session.exec(reports):
        if status := _status(work, row, report):
            yield report, status


def _status(work: UnitOfWork, row: Audit, report: Report) -> str:
    """What this row says of this report; empty when it is about another one, or nothing was decided about it yet."""
    decided = _decision(work, report, row.at)
    if row.act == CLOSED:
        given = _handed_over(work, report, decided)
        return HANDED_OVER if given else str(row.details["status"]) if _accepted(work, report, row.at) else ""
    if row.details["status"] == HANDED_OVER:
        return HANDED_OVER if decided is not None else ""
    return str(row.details["status"]) if decided is not None and decided.id == row.step_id else ""


def _accepted(work: UnitOfWork, report: Report, at: datetime) -> Step | None:
    """Its intake, when it was accepted at that moment: what was decided before is not what became of this report."""
    intake = select(Step).where(Step.case_id == report.case_id, Step.kind == INTAKE, Step.subject == str(report.id))
    accepted = intake.where(Step.state == StepState.DONE, Step.outcome == "accepted", col(Step.closed_at) <= at)
    return work.session.exec(accepted).first()


def _decision(work: UnitOfWork, report: Report, at: datetime) -> Step | None:
    """The decision on this report, made by that moment: its own, else (it joined an assessment) the first that came."""
    accepted = _accepted(work, report, at)
    if accepted is None or accepted.closed_at is None:
        return None
    query = select(Step).where(Step.case_id == report.case_id, Step.kind == DECISION)
    made = [step for step in work.session.exec(query) if step.state != StepState.CANCELLED]
    made = [step for step in made if step.subject == str(report.id)] or made
    times = [(step.closed_at, step.id, step) for step in made if step.state == StepState.DONE and step.closed_at]
    return next((step for closed, _, step in sorted(times) if accepted.closed_at <= closed <= at), None)


def _handed_over(work: UnitOfWork, report: Report, decided: Step | None) -> bool:
    """True when a hand-over was accepted after it was decided about: that is how it ended, whatever came later."""
    if decided is None:
        return False
    query = select(Step.id).where(Step.case_id == report.case_id, Step.kind == HANDOVER, Step.state == StepState.DONE)
    query = query.where(Step.outcome == "accepted", col(Step.closed_at) >= decided.closed_at)
    return work.session.exec(query).first() is not None


def _planned(work: UnitOfWork, report: Report, status: str) -> bool:
    """One more for this report, unless that is what it hears already."""
    of_this = select(StatusReturn).where(StatusReturn.report_id == report.id)
    last = work.session.exec(of_this.order_by(col(StatusReturn.ordinal).desc()).limit(1)).first()
    if last is not None and last.status == status:
        return False
    row = StatusReturn(
        report_id=report.id or 0,
        ordinal=last.ordinal + 1 if last else 1,
        status=status,
        written_at=work.now,
        state=DeliveryState.PLANNED,
        next_try_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return True
