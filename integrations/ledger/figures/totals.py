"""Totals: what the database itself can add up. The first column of every row is the municipality."""

from sqlalchemy import String, and_, cast, exists, func, or_, select

from domain.measures import STAGES
from integrations.ledger.figures.window import (
    ANSWER,
    CASE,
    CASES,
    REPORT,
    REPORTS,
    STEP,
    STEPS,
    Rows,
    Window,
    counted,
    given,
    how_many,
    steps,
)
from integrations.ledger.tables import StepState

COUNTED_AT_OPENING = ("out_of_sight",)
COUNTED_OPEN = ("safety_assessment", "out_of_sight", "monitoring")


def reports(window: Window) -> Rows:
    """(place, class, kind of reporter, concern, on a waiting list, count); the class is that of the history check."""
    checked = STEPS.alias()
    same = and_(checked.c.case_id == REPORT.case_id, checked.c.subject == cast(REPORT.id, String))
    done = and_(checked.c.kind == "history_check", checked.c.state == StepState.DONE)
    classed = func.coalesce(checked.c.outcome, REPORT.classification)
    by = (CASE.municipality, classed, REPORT.reporter_class, CASE.concern, REPORT.on_regular_waiting_list)
    joined = REPORTS.join(CASES, CASE.id == REPORT.case_id)
    joined = joined.outerjoin(checked, and_(same, done, checked.c.closed_at <= window.known))
    taken_in = window.taken_in(and_(STEP.case_id == REPORT.case_id, STEP.subject == cast(REPORT.id, String)))
    inside = and_(REPORT.received_at >= window.begins, REPORT.received_at < window.ends)
    return window.rows(select(*by, func.count()).select_from(joined).where(inside, taken_in).group_by(*by))


def cases(window: Window) -> Rows:
    """(place, opened in the window, closed in it, open at its end)."""
    began = and_(CASE.opened_at >= window.begins, CASE.opened_at < window.ends)
    going = and_(CASE.opened_at < window.ends, or_(CASE.closed_at.is_(None), ~window.before_end(CASE.closed_at)))
    ended = window.holds(CASE.closed_at)
    counts = (how_many(began), how_many(ended), how_many(going))
    known = window.taken_in(STEP.case_id == CASE.id)
    return window.rows(
        select(CASE.municipality, *counts).where(or_(began, ended, going), known).group_by(CASE.municipality)
    )


def movements(window: Window) -> Rows:
    """(place, kind, state, outcome, on time or None without a due moment, ended, opened) of the steps that moved."""
    ended, opened = window.holds(STEP.closed_at), window.holds(STEP.opened_at)
    by = (CASE.municipality, STEP.kind, STEP.state, STEP.outcome, STEP.closed_at <= STEP.due_at)
    query = steps(*by, how_many(ended), how_many(opened))
    return window.rows(
        query.where(or_(ended, and_(STEP.kind.in_(COUNTED_AT_OPENING), opened)), counted()).group_by(*by)
    )


def stock(window: Window) -> Rows:
    """(place, kind, open at the end, of which past due)."""
    by = (CASE.municipality, STEP.kind)
    open_then = window.open_at_end(STEP.opened_at, STEP.closed_at)
    query = steps(*by, func.count(), how_many(STEP.due_at < window.closing))
    return window.rows(query.where(STEP.kind.in_(COUNTED_OPEN), open_then, counted()).group_by(*by))


def waiting(window: Window) -> Rows:
    """(place, kind, start) of what waits at the end: not begun, delayed by a recorded cause, or a hand-over."""
    answered = and_(ANSWER.step_id == STEP.id, window.before_end(ANSWER.at))
    delayed = exists().where(answered, given("delay_cause").is_not(None))
    waits = or_(~exists().where(answered), delayed, STEP.kind == "warm_handover")
    open_then = window.open_at_end(STEP.opened_at, STEP.closed_at)
    query = steps(CASE.municipality, STEP.kind, STEP.start_at)
    return window.rows(query.where(STEP.kind.in_(STAGES), open_then, counted(), waits))


def monitoring_due(window: Window) -> Rows:
    """(place, due in the window, of which done on time); a moment that lapsed before it was due is none."""
    lapsed = and_(STEP.state == StepState.CANCELLED, STEP.closed_at <= STEP.due_at)
    done = and_(STEP.state == StepState.DONE, window.before_end(STEP.closed_at), STEP.closed_at <= STEP.due_at)
    query = steps(CASE.municipality, func.count(), how_many(done))
    due = and_(STEP.kind == "monitoring", window.holds(STEP.due_at), ~func.coalesce(lapsed, False))
    return window.rows(query.where(due).group_by(CASE.municipality))
