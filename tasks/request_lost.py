"""A request that CORV did not deliver becomes a task for a person, also where its step was answered already."""

from sqlmodel import col, func, select

from domain.messages import CORV_FAILED, OFFER, content_hash
from domain.steps.protection_request import STEP as REQUEST
from integrations.ledger import UnitOfWork
from integrations.ledger.open_steps import Opener
from integrations.ledger.tables import Case, Message, MessageState, Step, StepState

REASON = "corv-fout"


def request_lost(work: UnitOfWork, case: Case, request: Step | None) -> None:
    """The worker hears at once. While no request is asked for any more, it also shows among the lost messages until
    somebody takes it up: a step that is closed shows nothing itself."""
    tell_worker(work, case, request, CORV_FAILED)
    if request is None or request.state != StepState.OPEN:
        step = request or _last(work, case)
        lost = _message(work, case, step, OFFER, MessageState.FAILED)
        lost.reason = REASON
        work.session.add(lost)
        work.tell_prefect("tag_run", step.id)
        work.session.flush()


def tell_worker(work: UnitOfWork, case: Case, request: Step | None, rung: str) -> None:
    """One message more about the request, to the worker of the case, else to who leads the team."""
    work.session.add(_message(work, case, request or _last(work, case), rung, MessageState.PLANNED))
    work.session.flush()


def _message(work: UnitOfWork, case: Case, step: Step, rung: str, state: MessageState) -> Message:
    before = select(func.count()).where(Message.step_id == step.id, Message.rung == rung)
    return Message(
        step_id=step.id,
        case_reference=case.reference,
        party=case.worker or next(iter(Opener.of(work).roster.last_resort([case.team])), ""),
        rung=rung,
        deadline_version=step.deadline_version,
        ordinal=work.session.exec(before).one() + 1,
        label=REQUEST.label,
        due_at=step.due_at,
        state=state,
        planned_at=work.now,
        owed_at=work.now,
        content_hash=content_hash(case.reference, REQUEST.label, step.due_at),
    )


def _last(work: UnitOfWork, case: Case) -> Step:
    """The last step; a case has at least its intake."""
    steps = select(Step).where(Step.case_id == case.id).order_by(col(Step.id).desc())
    return work.session.exec(steps.limit(1)).one()
