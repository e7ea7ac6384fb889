"""Sweep: for every step whose next look is due, decide the rung, plan its messages, set the next look.

Costs what is due, never what is open: it reads the index on `next_action_at` only. Small transactions, each row
decided on its own: one bad row stops no other. Sweeping twice plans nothing twice (UNIQUE key of message).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from domain.ladder import COUNTS, Lateness, Word, decide, words
from domain.process import step_of
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.open_steps import Opener
from integrations.ledger.tables import Case, Message, MessageState, Outbox, Step, StepState, SweepRun

BATCH = 500
LATE_RUNGS = frozenset({"L1", "L2", "L3", "L4", "ACUTE"})
MOST_BAD = 1000
RETRY_BAD_ROW = timedelta(hours=1)

_LOOKED_AT = (
    *(col(getattr(Step, name)) for name in ("id", "case_id", "kind", "state", "owner", "team", "deadline_version")),
    *(col(getattr(Step, name)) for name in ("opened_at", "due_at", "stalled_at", "acute", "acknowledged_at")),
    col(Step.next_action_at),
    col(Case.reference),
    col(Case.team).label("case_team"),
    col(Case.local_team),
)


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
    swept, more, bad = Swept(), True, set[str]()
    while more:
        with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            more = _one_batch(uow, now, swept, bad)
            if not more:
                uow.session.add(SweepRun(at=now, steps=swept.steps, planned=swept.planned, failed=swept.failed))
    return swept


def _one_batch(uow: UnitOfWork, now: datetime, swept: Swept, bad: set[str]) -> bool:
    """Decide at most BATCH rows; True when there may be more."""
    rows = _due(uow, now, bad)
    batch, opened = _Batch(), swept.opened
    swept.steps += len(rows)
    for row in rows:
        try:
            if row.state == StepState.PLANNED:
                swept.opened += _open(uow, row)
            else:
                _decide(batch, row, Opener.of(uow), now)
        except Exception:  # a bad row silences no other: it is counted, and tried again by the next sweep
            swept.failed += 1
            _again(batch, row, now, bad)
    swept.planned += _write(uow, batch)
    return len(rows) == BATCH or swept.opened > opened


def _due(uow: UnitOfWork, now: datetime, bad: set[str]) -> list[Any]:
    """What the sweep must know of each row that is due: columns, not objects, for there may be ten thousand."""
    due = (
        select(*_LOOKED_AT)
        .join(Case, col(Case.id) == Step.case_id)
        .where(col(Step.next_action_at) <= now, col(Step.id).not_in(bad))
        .order_by(col(Step.next_action_at), col(Step.id))
        .limit(BATCH)
    )
    return list(uow.session.connection().execute(due).all())


def _open(uow: UnitOfWork, row: Any) -> bool:
    """A planned step opens by itself; its first rung may be due at this very moment."""
    step, case = uow.session.get(Step, row.id), uow.session.get(Case, row.case_id)
    assert step is not None
    assert case is not None
    with uow.session.begin_nested():
        Opener.of(uow).opened(case, step)
    return True


def _again(batch: _Batch, row: Any, now: datetime, bad: set[str]) -> None:
    """Its look stays where it is, so that nothing it owes is missed; of very many, the rest waits an hour."""
    if len(bad) < MOST_BAD:
        bad.add(row.id)
    else:
        batch.looks.append({"b_id": row.id, "b_next": now + RETRY_BAD_ROW})


def _decide(batch: _Batch, row: Any, opener: Opener, now: datetime) -> None:
    kind = step_of(row.kind)
    late = Lateness(row.opened_at, row.due_at, row.stalled_at, row.acute, row.acknowledged_at)
    decision = decide(kind, late, opener.policy, row.next_action_at, now)
    teams = tuple(dict.fromkeys((row.team, row.case_team, row.local_team)))
    said = words(decision, kind, row.owner, teams, opener.roster)
    batch.messages += [_message(row, kind.label, word, now) for word in said]
    batch.looks.append({"b_id": row.id, "b_next": decision.next_at})
    if any(rung in LATE_RUNGS for rung, _ in decision.rungs):
        batch.tags.append({"act": "tag_run", "step_id": row.id, "written_at": now, "attempts": 0, "reason": ""})


def _message(row: Any, label: str, word: Word, now: datetime) -> dict[str, Any]:
    return {
        "step_id": row.id,
        "case_reference": "" if word.rung in COUNTS else row.reference,
        "party": word.party,
        "rung": word.rung,
        "deadline_version": row.deadline_version,
        "ordinal": word.number,
        "label": label,
        "due_at": row.due_at,
        "acute": word.rung == "ACUTE",
        "state": (MessageState.PLANNED if word.said else MessageState.SKIPPED).value,
        "planned_at": now,
        "reason": "" if word.said else "hogere-trede",
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
