"""Sweep: for every step whose next look is due, decide the rung, plan its messages, set the next look.

Costs what is due, never what is open: it reads the index on `next_action_at` only. Small transactions, each row
decided on its own: one bad row stops no other. Sweeping twice at one moment plans nothing twice (UNIQUE key of message).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from domain.ladder import COUNTS, Lateness, addressees, decide
from domain.parties import Roster
from domain.policy import Policy
from domain.process import step_of
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.open_steps import Opener
from integrations.ledger.people import roster
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Case, Message, MessageState, Outbox, Step, StepState, SweepRun

BATCH = 500
LATE_RUNGS = frozenset({"L1", "L2", "L3", "L4", "ACUTE"})
RETRY_BAD_ROW = timedelta(hours=1)


@dataclass
class Swept:
    """What one sweep did: steps looked at, messages planned, planned steps opened, rows that could not be decided."""

    steps: int = 0
    planned: int = 0
    opened: int = 0
    failed: int = 0


@dataclass
class _Batch:
    messages: list[dict[str, Any]] = field(default_factory=list)
    looks: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)


def sweep_deadlines(ledger: Ledger, now: datetime) -> Swept:
    """Decide everything that is due at `now` (aware). Safe to run at any time, twice, and after any outage."""
    swept = Swept()
    while _one_batch(ledger, now, swept):
        pass
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        uow.session.add(SweepRun(at=now, steps=swept.steps, planned=swept.planned, failed=swept.failed))
    return swept


def _one_batch(ledger: Ledger, now: datetime, swept: Swept) -> bool:
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        rows = _due(uow, now)
        people, policy = roster(uow.session), policy_of(uow.session)
        batch, opened = _Batch(), swept.opened
        for step, case in rows:
            swept.steps += 1
            if step.state == StepState.PLANNED:
                Opener.of(uow).opened(case, step)
                swept.opened += 1
                continue
            _decide_safely(batch, step, case, people, policy, now, swept)
        swept.planned += _write(uow, batch)
        return len(rows) == BATCH or swept.opened > opened


def _due(uow: UnitOfWork, now: datetime) -> list[tuple[Step, Case]]:
    due = (
        select(Step, Case)
        .join(Case, col(Case.id) == Step.case_id)
        .where(col(Step.next_action_at) <= now)
        .order_by(col(Step.next_action_at), col(Step.id))
        .limit(BATCH)
    )
    return list(uow.session.exec(due).all())


def _decide_safely(
    batch: _Batch, step: Step, case: Case, people: Roster, policy: Policy, now: datetime, swept: Swept
) -> None:
    try:
        _decide(batch, step, case, people, policy, now)
    except Exception:  # noqa: BLE001  one bad row must not silence the rest; it is counted, and looked at again
        swept.failed += 1
        batch.looks.append({"b_id": step.id, "b_next": now + RETRY_BAD_ROW})


def _decide(batch: _Batch, step: Step, case: Case, people: Roster, policy: Policy, now: datetime) -> None:
    kind = step_of(step.kind)
    assert step.opened_at is not None and step.next_action_at is not None
    late = Lateness(step.opened_at, step.due_at, step.stalled_at, step.acute, step.acknowledged_at)
    decision = decide(kind, late, policy, step.next_action_at, now)
    teams = tuple(dict.fromkeys((step.team, case.team, case.local_team)))
    for rung, number in decision.rungs:
        parties = addressees(rung, number, kind, step.owner, teams, people)
        batch.messages += [
            _message(step, kind.label, case.reference, p, rung, number, now, MessageState.PLANNED) for p in parties
        ]
    for rung in decision.skipped:
        batch.messages.append(
            _message(step, kind.label, case.reference, step.owner, rung, 1, now, MessageState.SKIPPED)
        )
    batch.looks.append({"b_id": step.id, "b_next": decision.next_at})
    if any(rung in LATE_RUNGS for rung, _ in decision.rungs):
        batch.tags.append({"act": "tag_run", "step_id": step.id, "written_at": now, "attempts": 0, "reason": ""})


def _message(
    step: Step, label: str, reference: str, party: str, rung: str, number: int, now: datetime, state: MessageState
) -> dict[str, Any]:
    return {
        "step_id": step.id,
        "case_reference": "" if rung in COUNTS else reference,
        "party": party,
        "rung": rung,
        "deadline_version": step.deadline_version,
        "ordinal": number,
        "label": label,
        "due_at": step.due_at,
        "acute": rung == "ACUTE",
        "state": state.value,
        "planned_at": now,
        "reason": "hogere-trede" if state is MessageState.SKIPPED else "",
    }


def _write(uow: UnitOfWork, batch: _Batch) -> int:
    """One statement for the messages, one for the looks, one for the tags."""
    session = uow.session
    planned = 0
    if batch.messages:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        result = session.connection().execute(dialect.insert(Message).on_conflict_do_nothing(), batch.messages)
        planned = max(result.rowcount, 0)
    if batch.looks:
        table = Step.__table__  # type: ignore[attr-defined]
        look = update(table).where(table.c.id == bindparam("b_id")).values(next_action_at=bindparam("b_next"))
        session.connection().execute(look, batch.looks)
    if batch.tags:
        session.connection().execute(insert(Outbox), batch.tags)
    return planned
