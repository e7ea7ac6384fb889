"""Events that are counted one by one, because their answers matter. The first column is the municipality."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy import case as when

from integrations.ledger.figures.window import (
    ANSWER,
    ANSWERS,
    CASE,
    PERSON,
    PERSONS,
    STEP,
    STEPS,
    Rows,
    Window,
    answers,
    counted,
    given,
    steps,
)
from integrations.ledger.tables import StepState


def answered(window: Window, name: str, *kinds: str, value: str = "") -> Rows:
    """(place, step, answer, round, value) of every recorded answer to one question, in order of time."""
    told = given(name)
    query = answers(CASE.municipality, STEP.id, ANSWER.id, ANSWER.round, told)
    query = query.where(window.holds(ANSWER.at), told == value if value else told.is_not(None))
    return window.rows((query.where(STEP.kind.in_(kinds)) if kinds else query).order_by(ANSWER.id))


def refusal_reason(window: Window, step: str, round_: int, answer: int) -> str:
    """The reason of one refusal: given with it, or earlier in the same round."""
    reason = given("refusal_reason")
    query = select(reason).where(ANSWER.step_id == step, ANSWER.round == round_, ANSWER.id <= answer)
    found = window.rows(query.where(reason.is_not(None)).order_by(ANSWER.id.desc()).limit(1))
    return str(found[0][0]) if found else ""


def assessments(window: Window) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """(place, the facts, the keys of the children) of each assessment that was done."""
    done = and_(STEP.kind == "safety_assessment", STEP.state == StepState.DONE, counted(), window.holds(STEP.closed_at))
    facts: dict[str, tuple[str, dict[str, Any]]] = {}
    told = answers(CASE.municipality, STEP.id, ANSWER.given).where(done).order_by(ANSWER.id)
    for place, step, values in window.rows(told):
        facts.setdefault(step, (place, {}))[1].update(values)
    there = and_(PERSON.case_id == STEP.case_id, PERSON.joined_at <= STEP.closed_at, PERSON.role == "child")
    children: dict[str, list[str]] = {}
    for step, key in window.rows(select(STEP.id, PERSON.key).select_from(STEPS.join(PERSONS, there)).where(done)):
        children.setdefault(step, []).append(key)
    return ((place, values, children.get(step, [])) for step, (place, values) in facts.items())


def late_with_cause(window: Window) -> Rows:
    """(place, step, due, refused, closed) of the steps with a cause that may have been late inside the window."""
    base = func.coalesce(STEP.stalled_at, STEP.due_at)
    late = or_(base < window.closing, STEP.due_at < window.closing)
    running = or_(STEP.closed_at.is_(None), STEP.closed_at > window.begins)
    query = steps(CASE.municipality, STEP.id, STEP.due_at, STEP.stalled_at, STEP.closed_at)
    return window.rows(query.where(STEP.waiting_cause != "", window.before_end(STEP.opened_at), running, late))


def last_cause(window: Window, step: str) -> str:
    """The cause of delay that was recorded last before the end; a refused hand-over is one."""
    told, refused = given("delay_cause"), and_(given("outcome") == "refused", STEP.kind == "warm_handover")
    cause = when((told.is_not(None), told), else_="handover_stalled")
    query = select(cause).select_from(ANSWERS.join(STEPS, STEP.id == ANSWER.step_id))
    query = query.where(ANSWER.step_id == step, or_(told.is_not(None), refused), window.before_end(ANSWER.at))
    found = window.rows(query.order_by(ANSWER.id.desc()).limit(1))
    return str(found[0][0]) if found else ""
