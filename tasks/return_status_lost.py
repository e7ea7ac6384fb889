"""A status that does not reach a reporter's system becomes a task: somebody of Veilig Thuis tells it another way."""

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from domain.messages import OUTCOME, OUTCOME_FAILED
from integrations.ledger import UnitOfWork
from integrations.ledger.message_rows import message_about
from integrations.ledger.open_steps import Opener
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.tables import RUNNING, Case, Message, MessageState, Report, Step

TIMES = 100
"""More often nobody offers one status again."""


def status_lost(work: UnitOfWork, row: StatusReturn) -> None:
    """It shows among the lost messages until somebody takes it up; the worker hears at once while a step runs."""
    report = work.session.get_one(Report, row.report_id)
    case = work.session.get_one(Case, report.case_id)
    step = _step(work, case, report)
    details: dict[str, str | int] = {"melding": row.report_id, "status": row.status, "reden": row.reason}
    work.audit("uitkomstmelding-mislukt", ground="S08", case_reference=case.reference, step_id=step.id, **details)
    ordinal, failed = _ordinal(work, step, row), MessageState.FAILED
    work.session.add(message_about(work, case, step, OUTCOME, case.worker, ordinal, state=failed, reason=row.reason))
    work.tell_prefect("tag_run", step.id)
    if step.state in RUNNING:
        Opener.of(work).notice(case, step, OUTCOME_FAILED, case.worker, ordinal)


def of_row(row: StatusReturn) -> ColumnElement[bool]:
    """The lost messages about this status, by their numbers: one each time that it was given up."""
    first = (row.id or 0) * TIMES
    return col(Message.ordinal).between(first, first + TIMES - 1)


def _ordinal(work: UnitOfWork, step: Step, row: StatusReturn) -> int:
    before = select(func.count()).where(Message.step_id == step.id, Message.rung == OUTCOME, of_row(row))
    return (row.id or 0) * TIMES + work.session.exec(before).one()


def _step(work: UnitOfWork, case: Case, report: Report) -> Step:
    """The feedback to this reporter, else a step that runs, else the last one; a case has at least its intake."""
    steps = work.session.exec(select(Step).where(Step.case_id == case.id).order_by(col(Step.id).desc())).all()
    subjects = (f"1-{report.id}", f"2-{report.id}")
    feedback = [one for one in steps if one.kind == "reporter_feedback" and one.subject in subjects]
    running = [one for one in steps if one.state in RUNNING]
    return next(one for one in (*(one for one in feedback if one in running), *running, *steps))
