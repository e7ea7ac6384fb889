"""Resume a suspended clock before its end: the days that were not used come off the due moment again."""

from datetime import datetime

from integrations.ledger import Actor, Ledger
from integrations.ledger.suspending import resume
from tasks.extend_step import clock_holder


def resume_step(ledger: Ledger, step_id: str, by: str, *, door: str, now: datetime) -> datetime:
    """The due moment from now on. Raises a Refusal; KR-OPSCHORTING-GEEN when the clock does not stand still."""
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        case, step = clock_holder(uow, step_id, "termijn hervatten")
        resume(uow, case, step)
        assert step.due_at is not None
        return step.due_at
