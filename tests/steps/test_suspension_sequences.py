"""Whatever is extended, suspended and resumed, in whatever order: the term follows from the trail."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.calendar_nl import ONE_DAY, Calendar
from domain.errors import Refusal
from domain.suspension import Pause, days, moved
from domain.terms import Term, Unit, due_from_date, end_of_day, local_date
from integrations.policy_file import load_policy
from tasks.change_policy import change_policy
from tests.chain import Chain
from tests.stages import visited
from tests.steps.term_moves import PLAN, REGION, extend, resume, rows, suspend, trail

MOVES = st.lists(st.tuples(st.sampled_from(["extend", "suspend", "resume"]), st.integers(0, 6), st.integers(1, 20)))


@given(MOVES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_the_term_follows_from_the_trail_and_is_never_earlier_than_without(
    chain: Chain, moves: list[tuple[str, int, int]]
) -> None:
    chain.reports = 0
    visited(chain)
    change_policy(chain.ledger, REGION, chain.now)
    first = chain.step(PLAN).due_at
    assert first is not None
    without = first
    for move, wait, length in moves:
        at = (chain.now + timedelta(days=wait)).replace(hour=10)
        before = chain.step(PLAN)
        with suppress(Refusal):
            _do(chain, move, at, length)
            without = _extended(without) if move == "extend" else without
            assert chain.step(PLAN).deadline_version == before.deadline_version + 1
        due_at = chain.step(PLAN).due_at
        assert due_at is not None
        assert due_at == recomputed(chain, first)
        assert due_at >= without
    assert sum(line.details["days"] for line in trail(chain, "termijn-opgeschort")) >= sum(r.days for r in rows(chain))


def _do(chain: Chain, move: str, at: datetime, length: int) -> None:
    text = at.replace(tzinfo=None).isoformat()
    match move:
        case "extend":
            extend(chain, PLAN, text, "other")
        case "suspend":
            suspend(chain, PLAN, text, (local_date(at) + length * ONE_DAY).isoformat())
        case _:
            resume(chain, PLAN, text)


def _calendar() -> Calendar:
    return load_policy().calendar()


def _extended(due_at: datetime) -> datetime:
    return due_from_date(local_date(due_at), Term(2, Unit.WEEKS), _calendar()).moment


def recomputed(chain: Chain, due_at: datetime) -> datetime:
    """The due moment from the trail alone, day by day."""
    before = due_at
    lines = (line for act in ("verlengd", "opgeschort", "hervat") for line in trail(chain, f"termijn-{act}"))
    on = local_date(due_at)
    for line in sorted(lines, key=lambda found: found.seq or 0):
        match line.act:
            case "termijn-verlengd":
                due_at = _extended(due_at)
            case "termijn-opgeschort":
                before, on = due_at, local_date(line.at)
                due_at = stepped(before, on, date.fromisoformat(str(line.details["until"])))
            case _:
                due_at = stepped(before, on, local_date(line.at))
    return due_at


def stepped(due_at: datetime, on: date, last: date) -> datetime:
    """One day of the term is given back for every working day after `on`, up to and including `last`."""
    calendar, day, given_back = _calendar(), local_date(due_at), 0
    while on < last:
        on += ONE_DAY
        given_back += calendar.counts(on)
    if not given_back:
        return due_at
    while given_back or day < last or not calendar.may_end(day):
        day += ONE_DAY
        given_back -= bool(given_back) and calendar.counts(day)
    return end_of_day(day)


@given(
    st.dates(date(2026, 1, 1), date(2028, 12, 1)),
    st.integers(0, 120),
    st.integers(0, 60),
    st.integers(0, 60),
    st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS]),
)
def test_resuming_earlier_never_ends_later_and_never_before_what_was_due_without(
    on: date, left: int, used: int, length: int, unit: Unit
) -> None:
    calendar = _calendar()
    due_at = end_of_day(calendar.next_end(on + left * ONE_DAY))
    used = min(used, length)
    early, whole = (moved(due_at, Pause(on, on + n * ONE_DAY), unit, calendar) for n in (used, length))
    assert due_at <= early <= whole
    assert local_date(whole) >= on + length * ONE_DAY or not days(Pause(on, on + length * ONE_DAY), unit, calendar)
    assert calendar.may_end(local_date(whole))
