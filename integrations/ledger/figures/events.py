"""Events that are counted one by one, because their answers matter. The first column is the municipality."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy import case as when

from integrations.ledger.figures.window import (
    ANSWER,
    ANSWERS,
    CASE,
    PERSON,
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

AT_ONCE = 500
"""Ids looked up in one query."""


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
    """(place, the facts, the keys of the children then in the household) of each assessment that was done."""
    ended = and_(STEP.kind == "safety_assessment", counted(), window.holds(STEP.closed_at))
    rows = window.rows(steps(CASE.municipality, STEP.id, STEP.case_id, STEP.closed_at, STEP.state).where(ended))
    found = [row for row in rows if row.state == StepState.DONE]  # in SQL it would walk the index of all that is done
    for first in range(0, len(found), AT_ONCE):
        some = found[first : first + AT_ONCE]
        facts, children = _facts(window, [row[1] for row in some]), _children(window, [row[2] for row in some])
        for place, step, case, closed, _ in some:
            yield place, facts[step], [key for key, joined in children[case] if joined <= closed]


def _facts(window: Window, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Step → the last answer to each question."""
    facts: dict[str, dict[str, Any]] = defaultdict(dict)
    told = select(ANSWER.step_id, ANSWER.given).where(ANSWER.step_id.in_(ids)).order_by(ANSWER.id)
    for step, values in window.rows(told):
        facts[step].update(values)
    return facts


def _children(window: Window, cases: list[int]) -> dict[int, list[tuple[str, datetime]]]:
    """Case → the key of each child and when it joined."""
    children: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    there = select(PERSON.case_id, PERSON.key, PERSON.joined_at)
    for case, key, joined in window.rows(there.where(PERSON.case_id.in_(cases), PERSON.role == "child")):
        children[case].append((key, joined))
    return children


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
