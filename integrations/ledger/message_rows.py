"""The row of one message about a step, and its number among those of its rung."""

from sqlmodel import func, select

from domain.messages import ACUTE, content_hash
from domain.process import step_of
from integrations.ledger.tables import Case, Message, MessageState, Step
from integrations.ledger.unit_of_work import UnitOfWork


def message_about(
    work: UnitOfWork,
    case: Case,
    step: Step,
    rung: str,
    party: str,
    ordinal: int,
    *,
    label: str = "",
    state: str = MessageState.PLANNED,
    reason: str = "",
) -> Message:
    """One message to one party, owed now; not added yet. `label`: where it is not that of this kind of step."""
    label = label or step_of(step.kind).label
    return Message(
        step_id=step.id,
        case_reference=case.reference,
        party=party,
        rung=rung,
        deadline_version=step.deadline_version,
        ordinal=ordinal,
        label=label,
        due_at=step.due_at,
        acute=rung == ACUTE,
        state=state,
        reason=reason,
        planned_at=work.now,
        owed_at=work.now,
        content_hash=content_hash(case.reference, label, step.due_at),
    )


def next_ordinal(work: UnitOfWork, step_id: str, rung: str) -> int:
    """The number of the next message of this rung about the step."""
    before = select(func.count()).where(Message.step_id == step_id, Message.rung == rung)
    return work.session.exec(before).one() + 1
