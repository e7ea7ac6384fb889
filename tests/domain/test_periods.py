"""Periods of the reports: half-open, anchored, published on a working day with borders that never move."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputRefusal
from domain.figures import (
    FORTNIGHT,
    Period,
    fortnight,
    half_year,
    published_fortnight,
    published_on,
    year_so_far,
)
from domain.policy import parse_policy
from integrations.policy_file import default_policy

POLICY = parse_policy(default_policy())
CALENDAR, ANCHOR = POLICY.calendar(), POLICY.information.fortnightly_anchor
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("until", "day"),
    [
        (date(2026, 4, 27), date(2026, 4, 28)),  # King's Day
        (date(2026, 5, 25), date(2026, 5, 26)),  # Whit Monday
        (date(2026, 6, 8), date(2026, 6, 8)),
        (date(2026, 4, 6), date(2026, 4, 7)),  # Easter Monday
    ],
)
def test_publication_moves_to_the_next_working_day_and_the_period_does_not(until: date, day: date) -> None:
    assert published_on(until, CALENDAR) == day
    if (until - ANCHOR) % FORTNIGHT == timedelta(0):
        assert published_fortnight(ANCHOR, day, CALENDAR) == Period(until - FORTNIGHT, until)


def test_on_a_holiday_the_overview_of_the_fortnight_before_still_holds() -> None:
    assert published_fortnight(ANCHOR, date(2026, 4, 27), CALENDAR).until == date(2026, 4, 13)
    assert published_fortnight(ANCHOR, date(2026, 4, 28), CALENDAR).until == date(2026, 4, 27)


@given(DAYS)
def test_fortnights_follow_each_other_without_gap_or_overlap(day: date) -> None:
    period = fortnight(ANCHOR, day)
    assert period.until <= day < period.until + FORTNIGHT
    assert period.until - period.start == FORTNIGHT
    assert (period.start - ANCHOR) % FORTNIGHT == timedelta(0)
    assert fortnight(ANCHOR, period.start).until == period.start


@given(DAYS)
def test_what_holds_on_a_day_was_published_by_then(day: date) -> None:
    period = published_fortnight(ANCHOR, day, CALENDAR)
    assert published_on(period.until, CALENDAR) <= day
    assert published_on(period.until + FORTNIGHT, CALENDAR) > day


def test_half_years_meet_at_midnight_in_amsterdam() -> None:
    first, second = half_year("2026-1"), half_year("2026-2")
    assert (first.ends, second.start, second.until) == (second.begins, date(2026, 7, 1), date(2027, 1, 1))
    assert first.ends.isoformat() == "2026-07-01T00:00:00+02:00"


@pytest.mark.parametrize("text", ["2026", "2026-0", "2026-3", "26-1", "2026-1 ", "٢٠٢٦-1", ""])
def test_another_half_year_does_not_exist(text: str) -> None:
    with pytest.raises(InputRefusal, match="KR-PERIODE"):
        half_year(text)


def test_the_year_so_far_is_that_of_the_last_day() -> None:
    assert year_so_far(Period(date(2025, 12, 22), date(2026, 1, 5))) == Period(date(2026, 1, 1), date(2026, 1, 5))
    assert year_so_far(half_year("2026-2")) == Period(date(2026, 1, 1), date(2027, 1, 1))
