"""Suspend a step's clock: it stands still for a coded reason, up to and including a day the policy allows."""

from dataclasses import dataclass
from datetime import date, datetime

from integrations.ledger import Actor, Ledger
from integrations.ledger.suspending import suspend
from tasks.extend_step import clock_holder


@dataclass(frozen=True)
class Suspended:
    """What became of the term: how many days it stands still (working days for a term in working days), and its end."""

    days: int
    due_at: datetime


def suspend_step(
    ledger: Ledger, step_id: str, until: date, reason: str, by: str, *, door: str, now: datetime
) -> Suspended:
    """Only this clock stands still; no other of the case, sight on safety least of all. Raises a Refusal.

    KR-OPSCHORTING (no such clock), -DATUM (past or too far), -LOOPT (already), -STAND (late, refused or acute).
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        case, step = clock_holder(uow, step_id, "termijn opschorten")
        row = suspend(uow, case, step, until, reason)
        assert step.due_at is not None
        return Suspended(row.days, step.due_at)
