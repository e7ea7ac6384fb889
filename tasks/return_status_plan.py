"""Plan which status each reporter's system must hear of its report: from the audit trail, in its order, each once.

A reporter hears what became of its own report: refused at intake (VT-00, VT-99), or, once accepted, every status of the
case from then on. Only who wanted feedback hears anything.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import col, select

from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.audit import head
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.settings_table import get, put
from integrations.ledger.tables import Audit, Case, DeliveryState, Report, Step, StepState

CURSOR = "status_returns_after"
AT_ONCE = 500  # rows of the trail in one transaction
OF_CASE = ("status-melder", "zaak-afgesloten")
CLOSED_STEP = "stap-afgerond"
INTAKE = "report_intake"
REFUSED = {"not_admissible": "VT-00", "wrong_address": "VT-99"}


def plan_status_returns(ledger: Ledger, sources: frozenset[str], now: datetime) -> int:
    """Plan what happened since the last time; how many. The first time nothing of before is told."""
    planned = 0
    while _behind(ledger):
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            planned += _take(work, sources)
    return planned


def _behind(ledger: Ledger) -> bool:
    with ledger.reading() as session:
        return get(session, CURSOR) != str(head(session).seq)


def _take(work: UnitOfWork, sources: frozenset[str]) -> int:
    """The next part of the trail, and the cursor after it, in one transaction."""
    last, at = head(work.session).seq, get(work.session, CURSOR)
    rows = _rows(work, int(at), last) if at is not None else []
    planned = sum(_planned(work, report, status) for row in rows for report, status in _told(work, row, sources))
    put(work, CURSOR, str(rows[-1].seq if len(rows) == AT_ONCE else last))
    return planned


def _rows(work: UnitOfWork, after: int, last: int) -> list[Audit]:
    query = select(Audit).where(col(Audit.seq) > after, col(Audit.seq) <= last)
    query = query.where(col(Audit.act).in_((*OF_CASE, CLOSED_STEP))).order_by(col(Audit.seq))
    return list(work.session.exec(query.limit(AT_ONCE)))


def _told(work: UnitOfWork, row: Audit, sources: frozenset[str]) -> Iterator[tuple[Report, str]]:
    """Which report hears which status of this row of the trail."""
    if row.act == CLOSED_STEP:
        step = work.session.get(Step, row.step_id) if row.details.get("kind") == INTAKE else None
        report = work.session.get(Report, int(step.subject)) if step is not None and step.outcome in REFUSED else None
        if step is not None and report is not None and _wants(report, sources):
            yield report, REFUSED[step.outcome]
        return
    reports = select(Report).join(Case, col(Case.id) == Report.case_id).where(Case.reference == row.case_reference)
    for report in work.session.exec(reports.order_by(col(Report.id))):
        if _wants(report, sources) and _accepted(work, report, row.at):
            yield report, str(row.details["status"])


def _wants(report: Report, sources: frozenset[str]) -> bool:
    return report.source in sources and report.feedback_wanted


def _accepted(work: UnitOfWork, report: Report, at: datetime) -> bool:
    """It was accepted at that moment: what was decided before is not what became of this report."""
    intake = select(Step.id).where(Step.case_id == report.case_id, Step.kind == INTAKE, Step.subject == str(report.id))
    accepted = intake.where(Step.state == StepState.DONE, Step.outcome == "accepted", col(Step.closed_at) <= at)
    return work.session.exec(accepted).first() is not None


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
