"""The counting rule against an oracle written another way: the computus, explicit lists, and sets of days."""

from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given, settings

from domain.calendar_nl import Calendar
from domain.dutch import AMSTERDAM
from domain.terms import Term, Unit, add_working_days, due, due_from_date, working_days_before

FIRST, LAST = date(2024, 1, 1), date(2034, 12, 31)
DECREED = [
    "2024-05-10", "2024-12-27", "2025-05-30", "2026-01-02", "2026-05-15", "2027-05-07", "2028-04-28", "2028-05-26",
]  # fmt: skip


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus, which knows no exceptions."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def holidays_of(year: int) -> set[date]:
    sunday = easter(year)
    king = date(year, 4, 27)
    moving = {sunday + timedelta(days=days) for days in (1, 39, 50)}
    fixed = {date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    return moving | fixed | {king if king.isoweekday() < 7 else date(year, 4, 26)}


YEARS = range(2023, 2058)
HOLIDAYS = {day for year in YEARS for day in holidays_of(year)}
EQUATED = {date.fromisoformat(text) for text in DECREED} | {easter(year) - timedelta(days=2) for year in YEARS}
WEEKDAYS = [
    day
    for number in range(date(2023, 1, 1).toordinal(), date(2057, 12, 31).toordinal())
    if (day := date.fromordinal(number)).isoweekday() < 6
]
ENDS = [day for day in WEEKDAYS if day not in HOLIDAYS | EQUATED]
COUNTED = {
    True: [day for day in WEEKDAYS if day not in HOLIDAYS],
    False: ENDS,
}

CALENDARS = {
    strict: Calendar({date.fromisoformat(text): "dag" for text in DECREED}, equated_count_as_working=strict)
    for strict in (True, False)
}

days = st.dates(FIRST, LAST)
modes = st.booleans()
moments = st.builds(
    lambda day, second: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second),
    days,
    st.integers(0, 86399),
)
amounts = st.integers(0, 60)
terms = st.one_of(
    st.builds(Term, st.integers(0, 60), st.just(Unit.WORKING_DAYS)),
    st.builds(Term, st.integers(0, 400), st.just(Unit.DAYS)),
    st.builds(Term, st.integers(0, 60), st.just(Unit.WEEKS)),
    st.builds(Term, st.integers(0, 36), st.just(Unit.MONTHS)),
    st.builds(Term, st.integers(0, 20), st.just(Unit.YEARS)),
)


def oracle(start: date, term: Term, *, strict: bool) -> date:
    """The last day of a term, picked from ready-made lists of days instead of counted step by step."""
    if term.unit is Unit.WORKING_DAYS:
        after = [day for day in COUNTED[strict] if (day > start if term.amount else day >= start)]
        end = after[max(term.amount - 1, 0)]
    elif term.unit in {Unit.DAYS, Unit.WEEKS}:
        end = date.fromordinal(start.toordinal() + term.amount * (7 if term.unit is Unit.WEEKS else 1))
    else:
        end = same_day_later(start, term.amount * (12 if term.unit is Unit.YEARS else 1))
    return next(day for day in ENDS if day >= end)


def same_day_later(start: date, months: int) -> date:
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(start.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


@given(days)
def test_a_day_counts_and_may_end_a_term_exactly_when_the_oracle_says_so(day: date) -> None:
    weekday = day.isoweekday() < 6
    for strict, calendar in CALENDARS.items():
        assert calendar.may_end(day) == (weekday and day not in HOLIDAYS | EQUATED)
        assert calendar.counts(day) == (weekday and day not in (HOLIDAYS if strict else HOLIDAYS | EQUATED))


@settings(max_examples=300)
@given(days, terms, modes)
def test_every_term_ends_where_the_oracle_says(start: date, term: Term, strict: bool) -> None:
    assert due_from_date(start, term, CALENDARS[strict]).on == oracle(start, term, strict=strict)


@given(moments, terms, modes)
def test_a_due_moment_is_the_last_second_of_an_amsterdam_day_counted_from_the_amsterdam_day_of_the_start(
    start: datetime, term: Term, strict: bool
) -> None:
    found = due(start, term, CALENDARS[strict])
    local = found.moment.astimezone(AMSTERDAM)
    assert local.date() == found.on
    assert (local + timedelta(seconds=1)).strftime("%H:%M:%S") == "00:00:00"
    assert found.on == due_from_date(start.astimezone(AMSTERDAM).date(), term, CALENDARS[strict]).on
    assert found.moment >= start


@given(moments, st.integers(0, 2000))
def test_hours_are_seconds_passed_and_nothing_else(start: datetime, hours: int) -> None:
    found = due(start.astimezone(AMSTERDAM), Term(hours, Unit.HOURS), CALENDARS[True])
    assert found.moment.timestamp() - start.timestamp() == hours * 3600


@given(days, terms, modes)
def test_a_later_start_or_a_longer_term_never_ends_earlier(start: date, term: Term, strict: bool) -> None:
    calendar = CALENDARS[strict]
    on = due_from_date(start, term, calendar).on
    assert due_from_date(start + timedelta(days=1), term, calendar).on >= on
    assert due_from_date(start, Term(term.amount + 1, term.unit), calendar).on >= on


@given(days, terms)
def test_counting_equated_days_never_gives_a_later_date(start: date, term: Term) -> None:
    assert due_from_date(start, term, CALENDARS[True]).on <= due_from_date(start, term, CALENDARS[False]).on


@given(days, st.integers(1, 60), modes)
def test_stepping_so_many_working_days_passes_exactly_so_many_working_days(
    day: date, amount: int, strict: bool
) -> None:
    later = add_working_days(day, amount, CALENDARS[strict])
    earlier = working_days_before(day, amount, CALENDARS[strict])
    counted = set(COUNTED[strict])
    assert later in counted
    assert earlier in counted
    assert sum(day < other <= later for other in counted) == amount
    assert sum(earlier <= other < day for other in counted) == amount


@given(days, amounts, modes)
def test_back_and_forth_comes_home_on_a_working_day(day: date, amount: int, strict: bool) -> None:
    calendar = CALENDARS[strict]
    home = add_working_days(day, 0, calendar)
    assert working_days_before(add_working_days(home, amount, calendar), amount, calendar) == home


@given(days, terms, modes)
def test_a_warning_is_given_exactly_when_the_end_falls_in_a_year_without_a_decree(
    start: date, term: Term, strict: bool
) -> None:
    found = due_from_date(start, term, CALENDARS[strict])
    unknown = found.on.year not in CALENDARS[strict].loaded_years
    if unknown:
        assert str(found.on.year) in found.warnings[-1]
    elif term.unit is not Unit.WORKING_DAYS:
        assert found.warnings == () or str(found.on.year) not in "".join(found.warnings)
