"""Sweep: for every step whose next look is due, decide the rung, plan its messages, set the next look.

Costs what is due, never what is open: it reads the index on `next_action_at` only. Small transactions, each row
decided on its own: one bad row stops no other. Sweeping twice plans nothing twice (UNIQUE key of message).

Between two sweeps nothing is remembered but in the ledger. A clock that was put back is told, not obeyed: that one
sweep decides nothing, so that nobody gets a message by a wrong clock, and the next goes on by the new time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Insert, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col

from domain.errors import OutsideFailure
from domain.ladder import COUNTS, Lateness, Word, decide, words
from domain.messages import content_hash
from domain.process import URGENT, step_of
from domain.suspension import next_look
from integrations.faults import fault_point
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.bulk import run_many
from integrations.ledger.failures import translation
from integrations.ledger.open_steps import Opener
from integrations.ledger.tables import Case, Message, MessageState, Outbox, Step, StepState, SweepRun
from tasks.take_back_future import take_back_future

BATCH = 1000
LATE_RUNGS = frozenset({"L1", "L2", "L3", "L4", "ACUTE"})
MOST_BAD = 1000
RETRY_BAD_ROW = timedelta(hours=1)
CLOCK_SLIP = timedelta(minutes=5)
"""A clock that runs this much behind the last sweep is taken as standing still; more, as put back."""
CLOCK, COMMAND = "klok", "opdracht"
KEY = ("step_id", "party", "rung", "deadline_version", "ordinal")
STEPS = SQLModel.metadata.tables["step"]
LOOK = update(STEPS).where(STEPS.c.id == bindparam("b_id")).values(next_action_at=bindparam("b_next"))
TAG = insert(Outbox)
PLAN: dict[str, Insert] = {
    "sqlite": sqlite.insert(Message).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(Message).on_conflict_do_nothing(),
}


class _Due(NamedTuple):
    """What the sweep knows of a row that is due: each a column of the step, but for the last three, of its case.

    Columns, not objects, for there may be ten thousand.
    """

    id: str
    case_id: int
    kind: str
    state: str
    owner: str
    team: str
    deadline_version: int
    opened_at: datetime
    due_at: datetime | None
    stalled_at: datetime | None
    acute: bool
    acknowledged_at: datetime | None
    next_action_at: datetime
    suspended_until: datetime | None
    reference: str
    case_team: str
    local_team: str


_OF_CASE = {"reference": col(Case.reference), "case_team": col(Case.team), "local_team": col(Case.local_team)}
_LOOKED_AT = [_OF_CASE[name] if name in _OF_CASE else col(getattr(Step, name)) for name in _Due._fields]


@dataclass
class Swept:
    """What one sweep did: steps looked at, messages planned, planned steps opened, rows that could not be decided.

    `clock_back`: nothing was decided, because the clock had been put back.
    """

    steps: int = 0
    planned: int = 0
    opened: int = 0
    failed: int = 0
    clock_back: bool = False

    @property
    def sound(self) -> bool:
        """Whether everything that was due was decided: only then does a round give its sign of life."""
        return not (self.failed or self.clock_back)


@dataclass
class _Batch:
    messages: list[dict[str, Any]] = field(default_factory=list)
    looks: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)


def sweep_deadlines(ledger: Ledger, now: datetime, *, door: str = CLOCK) -> Swept:
    """Decide everything that is due at `now` (aware). Safe to run at any time, twice, and after any outage.

    `door`: `klok` for Prefect's schedule, `opdracht` for the command; so it shows when one of the two stands still.
    """
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        now, back = _steady(uow.session, now)
        if back:
            return _clock_was_put_back(uow, now, door)
    swept, more, bad = Swept(), True, set[str]()
    while more:
        fault_point("sweep.batch")
        with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            more = _one_batch(uow, now, swept, bad)
            if not more:
                uow.session.add(
                    SweepRun(at=now, steps=swept.steps, planned=swept.planned, failed=swept.failed, door=door)
                )
    fault_point("sweep.after")
    return swept


def _steady(session: Session, now: datetime) -> tuple[datetime, bool]:
    """The moment to sweep by, and whether the clock was put back: never before the last sweep by a few minutes."""
    last = session.scalar(select(col(SweepRun.at)).order_by(col(SweepRun.id).desc()).limit(1))
    if last is None or last <= now:
        return now, False
    return (now, True) if last - now > CLOCK_SLIP else (last, False)


def _clock_was_put_back(uow: UnitOfWork, now: datetime, door: str) -> Swept:
    """Say so, and let alarms that sounded in a time that never was sound again; what waits gets its own moment."""
    alarm = or_(col(Step.acute) & col(Step.acknowledged_at).is_(None), col(Step.kind).in_(URGENT))
    ahead = (col(Step.next_action_at) > now) & (col(Step.state) == StepState.OPEN) & alarm
    again = {"next_action_at": now, "deadline_version": col(Step.deadline_version) + 1}
    uow.session.connection().execute(update(Step).where(ahead).values(again))
    take_back_future(uow)
    uow.session.add(SweepRun(at=now, steps=0, planned=0, failed=0, door=door, clock_back=True))
    uow.audit("klok-terug", ground="beheer")
    return Swept(clock_back=True)


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
        except Exception as error:  # a bad row silences no other: it is counted, and tried again by the next sweep
            if isinstance(error, DBAPIError) and isinstance(translation(error), OutsideFailure):
                raise  # not the row but the database: the whole sweep says so
            swept.failed += 1
            _again(batch, row, now, bad)
    _write(uow, batch, swept)
    return len(rows) == BATCH or swept.opened > opened


def _due(uow: UnitOfWork, now: datetime, bad: set[str]) -> list[_Due]:
    """The rows that are due, in the order of the index alone: sorted by more, each batch would read all of them."""
    due = (
        select(*_LOOKED_AT)
        .join(Case, col(Case.id) == Step.case_id)
        .where(col(Step.next_action_at) <= now, *([col(Step.id).not_in(bad)] if bad else []))
        .order_by(col(Step.next_action_at))
        .limit(BATCH)
    )
    return [_Due(*row) for row in uow.session.connection().execute(due).all()]


def _open(uow: UnitOfWork, row: _Due) -> bool:
    """A planned step opens by itself; its first rung may be due at this very moment."""
    step, case = uow.session.get(Step, row.id), uow.session.get(Case, row.case_id)
    assert step is not None
    assert case is not None
    with uow.session.begin_nested():
        Opener.of(uow).opened(case, step)
    return True


def _again(batch: _Batch, row: _Due, now: datetime, bad: set[str]) -> None:
    """Its look stays where it is, so that nothing it owes is missed; of very many, the rest waits an hour."""
    if len(bad) < MOST_BAD:
        bad.add(row.id)
    else:
        batch.looks.append({"b_id": row.id, "b_next": now + RETRY_BAD_ROW})


def _decide(batch: _Batch, row: _Due, opener: Opener, now: datetime) -> None:
    kind = step_of(row.kind)
    late = Lateness(row.opened_at, row.due_at, row.stalled_at, row.acute, row.acknowledged_at)
    decision = decide(kind, late, opener.policy, row.next_action_at, now)
    teams = tuple(dict.fromkeys((row.team, row.case_team, row.local_team)))
    said = words(decision, kind, row.owner, teams, opener.roster)
    batch.messages += [_message(row, kind.label, word, now) for word in said]
    batch.looks.append({"b_id": row.id, "b_next": next_look(decision.next_at, row.suspended_until, now)})
    if row.suspended_until is not None or any(rung in LATE_RUNGS for rung, _ in decision.rungs):
        batch.tags.append({"act": "tag_run", "step_id": row.id, "written_at": now, "attempts": 0, "reason": ""})


def _message(row: _Due, label: str, word: Word, now: datetime) -> dict[str, Any]:
    reference = "" if word.rung in COUNTS else row.reference
    return {
        "step_id": row.id,
        "case_reference": reference,
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
        "owed_at": word.at,
        "handled_by": "",
        "handled_how": "",
        "content_hash": content_hash(reference, label, row.due_at),
    }


def _write(uow: UnitOfWork, batch: _Batch, swept: Swept) -> None:
    """One statement for the messages, one for the looks, one for the tags."""
    connection = uow.session.connection()
    if batch.messages:
        swept.planned += _plan(uow, batch.messages, swept)
    if batch.looks:
        run_many(connection, LOOK, batch.looks)
    if batch.tags:
        run_many(connection, TAG, batch.tags)


def _plan(uow: UnitOfWork, messages: list[dict[str, Any]], swept: Swept) -> int:
    """Write the messages that are not there yet; how many. One that is there with other contents counts as failed."""
    connection = uow.session.connection()
    before = connection.execute(select(func.max(col(Message.id)))).scalar() or 0
    if run_many(connection, PLAN[connection.dialect.name], messages) == len(messages):
        return len(messages)
    there = 0
    for message in messages:
        known = connection.execute(_same_key(message)).one()
        there += known.id <= before
        if known.content_hash not in ("", message["content_hash"]):
            swept.failed += 1
            uow.audit("bericht-anders", ground="beheer", step_id=message["step_id"], trede=message["rung"])
    return len(messages) - there


def _same_key(message: dict[str, Any]) -> Any:
    key = [col(getattr(Message, name)) == message[name] for name in KEY]
    return select(col(Message.id), col(Message.content_hash)).where(*key)
