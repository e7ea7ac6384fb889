"""A status that does not reach a reporter's system becomes a task: somebody of Veilig Thuis tells it another way."""

from sqlmodel import col, select

from domain.messages import OUTCOME, OUTCOME_FAILED, content_hash
from domain.process import step_of
from integrations.ledger import UnitOfWork
from integrations.ledger.open_steps import Opener
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.tables import RUNNING, Case, Message, MessageState, Report, Step


def status_lost(work: UnitOfWork, row: StatusReturn) -> None:
    """It shows among the lost messages until somebody takes it up; the worker hears at once while a step runs."""
    report = work.session.get_one(Report, row.report_id)
    case = work.session.get_one(Case, report.case_id)
    step = _step(work, case, report)
    details: dict[str, str | int] = {"melding": row.report_id, "status": row.status, "reden": row.reason}
    work.audit("uitkomstmelding-mislukt", ground="S08", case_reference=case.reference, step_id=step.id, **details)
    label = step_of(step.kind).label
    lost = Message(
        step_id=step.id,
        case_reference=case.reference,
        party=case.worker,
        rung=OUTCOME,
        deadline_version=step.deadline_version,
        ordinal=row.id or 0,
        label=label,
        due_at=step.due_at,
        state=MessageState.FAILED,
        reason=row.reason,
        planned_at=work.now,
        owed_at=work.now,
        content_hash=content_hash(case.reference, label, step.due_at),
    )
    work.session.add(lost)
    work.tell_prefect("tag_run", step.id)
    if step.state in RUNNING:
        Opener.of(work).notice(case, step, OUTCOME_FAILED, case.worker, row.id or 0)


def _step(work: UnitOfWork, case: Case, report: Report) -> Step:
    """The feedback to this reporter, else a step that runs, else the last one; a case has at least its intake."""
    steps = work.session.exec(select(Step).where(Step.case_id == case.id).order_by(col(Step.id).desc())).all()
    subjects = (f"1-{report.id}", f"2-{report.id}")
    feedback = [one for one in steps if one.kind == "reporter_feedback" and one.subject in subjects]
    running = [one for one in steps if one.state in RUNNING]
    return next(one for one in (*(one for one in feedback if one in running), *running, *steps))
