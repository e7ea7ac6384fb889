"""What Prefect may know of a step, and the outbox that says what Prefect must be told. Ids and codes only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.errors import UnknownRefusal
from domain.process import step_of
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.suspending import suspended
from integrations.ledger.tables import RUNNING, Case, Outbox, Step, StepState
from tasks.failed_messages import steps_with_failures
from tasks.read_form import is_late

FAILED_TAG = "bericht-mislukt"


@dataclass(frozen=True)
class RunFacts:
    """One step as a Prefect run: its name, tags and when it may start. `asking`: the key of the form it waits with."""

    step_id: str
    kind: str
    case_reference: str
    title: str
    tags: tuple[str, ...]
    attempt: int
    opens_at: datetime | None
    open: bool
    planned: bool
    run_id: str
    outcome: str
    asking: str = ""


@dataclass(frozen=True)
class OutboxItem:
    """One thing Prefect must be told: `start_run`, `end_run` or `tag_run`, for one step."""

    id: int
    act: str
    step_id: str


def run_facts(ledger: Ledger, step_id: str, now: datetime) -> RunFacts:
    """The facts of one step's run. Raises UnknownRefusal KR-STAP-ONBEKEND."""
    with ledger.reading() as session:
        step = session.get(Step, step_id)
        if step is None:
            raise UnknownRefusal("KR-STAP-ONBEKEND")
        return _facts(session, step, now)


def running_steps(ledger: Ledger, now: datetime) -> list[RunFacts]:
    """Every step that should have a run: the open ones, and the planned ones with a moment of their own."""
    with ledger.reading() as session:
        wanted = select(Step).where(col(Step.state).in_(RUNNING)).order_by(col(Step.id))
        rows = [step for step in session.exec(wanted) if step.state == StepState.OPEN or step.opens_at is not None]
        failed = steps_with_failures(session)
        return [_facts(session, step, now, failed) for step in rows]


def _facts(session: Session, step: Step, now: datetime, failed: Collection[str] | None = None) -> RunFacts:
    case = session.get(Case, step.case_id)
    assert case is not None
    lost = steps_with_failures(session, step.id) if failed is None else failed
    return RunFacts(
        step_id=step.id,
        kind=step.kind,
        case_reference=case.reference,
        title=step_of(step.kind).title,
        tags=_tags(step, case.reference, now, failed=step.id in lost),
        attempt=step.run_attempt,
        opens_at=step.opens_at,
        open=step.state == StepState.OPEN,
        planned=step.state == StepState.PLANNED,
        run_id=step.run_id,
        outcome=step.outcome,
        asking=f"answer-{step.asked}",
    )


def _tags(step: Step, reference: str, now: datetime, *, failed: bool) -> tuple[str, ...]:
    alarm = step.acute and step.acknowledged_at is None and step.state == StepState.OPEN
    return (
        f"zaak:{reference}",
        f"stap:{step.kind}",
        f"team:{step.team.lower()}",
        f"wacht-op:{step.organisation.lower() or 'onbekend'}",
        *(("te-laat",) if is_late(step, now) else ()),
        *(("acuut",) if alarm else ()),
        *((FAILED_TAG,) if failed else ()),
        *(("opgeschort",) if suspended(step, now) else ()),
    )


def note_run(ledger: Ledger, step_id: str, run_id: str, now: datetime) -> None:
    """Remember which run shows this step."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        step = uow.session.get(Step, step_id)
        if step is not None:
            step.run_id = run_id


def new_attempt(ledger: Ledger, step_id: str, now: datetime) -> RunFacts:
    """The step needs another run than the one it has: the same facts under a new key."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        step = uow.session.get(Step, step_id)
        if step is None:
            raise UnknownRefusal("KR-STAP-ONBEKEND")
        step.run_attempt += 1
        step.run_id = ""
        return _facts(uow.session, step, now)


def waiting_outbox(ledger: Ledger, limit: int) -> list[OutboxItem]:
    """What Prefect has not been told yet, oldest first; what failed before stands behind what was never tried."""
    with ledger.reading() as session:
        waiting = select(Outbox).where(col(Outbox.done_at).is_(None)).limit(limit)
        waiting = waiting.order_by(col(Outbox.attempts), col(Outbox.id))
        return [OutboxItem(row.id or 0, row.act, row.step_id) for row in session.exec(waiting)]


def outbox_done(ledger: Ledger, item: int, now: datetime, reason: str = "") -> None:
    """This was told, or needs no telling any more (`reason`)."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        row = uow.session.get(Outbox, item)
        if row is not None:
            row.done_at, row.reason = now, reason
            row.attempts += 1


def outbox_failed(ledger: Ledger, item: int, now: datetime, reason: str) -> None:
    """This could not be told now (`reason`: a code); it stays, behind the others."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        row = uow.session.get(Outbox, item)
        if row is not None:
            row.attempts, row.reason = row.attempts + 1, reason
