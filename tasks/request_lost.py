"""A request that CORV did not deliver becomes a task for a person, also where its step was answered already."""

from sqlmodel import col, select

from domain.messages import CORV_FAILED, OFFER
from domain.steps.protection_request import STEP as REQUEST
from integrations.ledger import UnitOfWork
from integrations.ledger.message_rows import message_about, next_ordinal
from integrations.ledger.open_steps import Opener
from integrations.ledger.tables import Case, Message, MessageState, Step, StepState

REASON = "corv-fout"


def request_lost(work: UnitOfWork, case: Case, request: Step | None) -> None:
    """The worker hears at once. While no request is asked for any more, it also shows among the lost messages until
    somebody takes it up: a step that is closed shows nothing itself."""
    tell_worker(work, case, request, CORV_FAILED)
    if request is None or request.state != StepState.OPEN:
        step = request or _last(work, case)
        work.session.add(_message(work, case, step, OFFER, MessageState.FAILED, REASON))
        work.tell_prefect("tag_run", step.id)
        work.session.flush()


def tell_worker(work: UnitOfWork, case: Case, request: Step | None, rung: str) -> None:
    """One message more about the request, to the worker of the case, else to who leads the team."""
    work.session.add(_message(work, case, request or _last(work, case), rung, MessageState.PLANNED))
    work.session.flush()


def _message(work: UnitOfWork, case: Case, step: Step, rung: str, state: MessageState, reason: str = "") -> Message:
    party = case.worker or next(iter(Opener.of(work).roster.last_resort([case.team])), "")
    ordinal = next_ordinal(work, step.id, rung)
    return message_about(work, case, step, rung, party, ordinal, label=REQUEST.label, state=state, reason=reason)


def _last(work: UnitOfWork, case: Case) -> Step:
    """The last step; a case has at least its intake."""
    steps = select(Step).where(Step.case_id == case.id).order_by(col(Step.id).desc())
    return work.session.exec(steps.limit(1)).one()
