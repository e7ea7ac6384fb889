"""A step's clock stands still and runs on: the rows, the due moment, and what the sweep must look at next."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from domain.dutch import day_text
from domain.errors import StateRefusal
from domain.policy import Clock, Policy
from domain.process import step_of
from domain.suspension import Elapsed, Pause, check_pause, check_reason, days, elapsed, explained, moved
from domain.terms import end_of_day, local_date
from integrations.ledger.open_steps import Opener
from integrations.ledger.tables import Case, Step, StepState, Suspension
from integrations.ledger.unit_of_work import UnitOfWork


def running_clock(step: Step, policy: Policy) -> Clock | None:
    """The policy clock that gives this step its due moment; None when a date was agreed instead, or none was set."""
    name = step.clock or step_of(step.kind).clock_for(step.subject)
    return policy.clock(name) if name and step.due_at is not None else None


def suspended(step: Step, now: datetime) -> bool:
    """True while the clock stands still."""
    return step.state == StepState.OPEN and step.suspended_until is not None and step.suspended_until > now


def suspend(uow: UnitOfWork, case: Case, step: Step, until: date, reason: str) -> Suspension:
    """The clock stands still up to and including `until`. The step must be open; every other rule is checked here.

    Raises KR-REDEN, KR-OPSCHORTING (never for this clock, or not in this state), -DATUM, -LOOPT.
    """
    opener = Opener.of(uow)
    clock = running_clock(step, opener.policy)
    pause = Pause(local_date(uow.now), until)
    if clock is None or step.due_at is None:
        raise StateRefusal("KR-OPSCHORTING")
    check_pause(pause, clock, opener.policy.calendar())
    check_reason(reason, clock)
    if suspended(step, uow.now):
        raise StateRefusal("KR-OPSCHORTING-LOOPT")
    if step.acute or step.stalled_at is not None or step.due_at < uow.now:
        raise StateRefusal("KR-OPSCHORTING-STAND")
    unit = clock.term.unit
    row = Suspension(
        step_id=step.id,
        reason=reason,
        from_at=uow.now,
        until_at=end_of_day(until),
        days=days(pause, unit, opener.policy.calendar()),
        due_before=step.due_at,
        recorded_by=uow.actor.code,
        role=uow.actor.role,
    )
    uow.session.add(row)
    step.suspended_until = row.until_at
    step.due_at = moved(step.due_at, pause, unit, opener.policy.calendar())
    step.explanation += f"; {explained(pause, unit, row.days, step.due_at)}"
    term_moved(uow, case, step, "termijn-opgeschort", reason=reason, until=until.isoformat(), days=row.days)
    return row


def resume(uow: UnitOfWork, case: Case, step: Step) -> None:
    """The clock runs on from today: the days that were not used come off again. Raises KR-OPSCHORTING-GEEN."""
    if not suspended(step, uow.now):
        raise StateRefusal("KR-OPSCHORTING-GEEN")
    opener = Opener.of(uow)
    clock, row = running_clock(step, opener.policy), end(uow, step)
    assert clock is not None
    assert row is not None
    step.due_at = moved(row.due_before, _pause(row), clock.term.unit, opener.policy.calendar())
    step.explanation += f"; hervat op {day_text(local_date(uow.now))}, einde {day_text(local_date(step.due_at))}"
    term_moved(uow, case, step, "termijn-hervat", days=row.days)


def end(uow: UnitOfWork, step: Step) -> Suspension | None:
    """A suspension that runs is over now, and counts for the days it lasted; the due moment is not touched."""
    if not suspended(step, uow.now):
        return None
    opener, step.suspended_until = Opener.of(uow), None
    row = _rows(uow.session, step)[-1]
    row.ended_at = uow.now
    clock = running_clock(step, opener.policy)
    row.days = days(_pause(row), clock.term.unit, opener.policy.calendar()) if clock else row.days
    return row


def term_moved(uow: UnitOfWork, case: Case, step: Step, act: str, **why: str | int) -> None:
    """What was planned for the old date goes silent by the version; the trail and Prefect hear of the new one."""
    step.deadline_version += 1
    Opener.of(uow).look_again(step)
    facts: dict[str, str | int] = {"due": step.due_at.isoformat() if step.due_at else ""}
    facts |= {"version": step.deadline_version, **why}
    uow.audit(act, ground="proces", case_reference=case.reference, step_id=step.id, **facts)
    uow.tell_prefect("tag_run", step.id)


def time_taken(session: Session, step: Step, policy: Policy, now: datetime) -> Elapsed | None:
    """How long the step has run on the clock it is on, gross and net; None for a step without a clock."""
    clock, start = running_clock(step, policy), step.start_at
    if clock is None or start is None:
        return None
    pauses = tuple(_pause(row) for row in _rows(session, step) if row.from_at >= start)
    end_at = max(start, step.closed_at or now)
    return elapsed(start, end_at, pauses, clock.term.unit, policy.calendar())


def _rows(session: Session, step: Step) -> list[Suspension]:
    wanted = select(Suspension).where(Suspension.step_id == step.id).order_by(col(Suspension.id))
    return list(session.exec(wanted))


def _pause(row: Suspension) -> Pause:
    return Pause(local_date(row.from_at), local_date(row.ended_at or row.until_at))
