"""Settle the outbox: what Prefect never heard of and is over already needs no telling any more."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Outbox, Step, StepState


def settle_outbox(ledger: Ledger, now: datetime) -> int:
    """Mark the waiting rows of steps that ended without ever having a run; how many. One statement."""
    over = select(Step.id).where(col(Step.state).in_([StepState.DONE, StepState.CANCELLED]), Step.run_id == "")
    waiting = col(Outbox.done_at).is_(None) & col(Outbox.step_id).in_(over)
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        settled = uow.session.connection().execute(
            update(Outbox).where(waiting).values(done_at=now, reason="stap-klaar")
        )
        return int(settled.rowcount)
