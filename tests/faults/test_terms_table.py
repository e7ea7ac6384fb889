"""Every term from every day of eleven years, against a table that was worked out in another way."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from domain.calendar_nl import ONE_DAY
from domain.terms import Due, Term, Unit, due_from_date
from tests.faults.clock_oracle import day_over, length, number, ymd
from tests.faults.clock_terms import all_terms, oracles, policies
from tests.faults.tier import FULL, chance, scaled

Say = Callable[[str, object], None]

YEARS = range(2024, 2035)
ENDS = {(month, day) for month in range(1, 13) for day in (1, 15, 28, 29, 30, 31)}


def start_days() -> list[date]:
    """All days; in the small tier month ends, leap days and some by chance."""
    days = [date(YEARS[0], 1, 1) + n * ONE_DAY for n in range((date(YEARS[-1] + 1, 1, 1) - date(YEARS[0], 1, 1)).days)]
    return days if FULL else sorted({*chance("days").sample(days, 250), date(2024, 2, 29), date(2032, 2, 29)})


def same(found: Due, end: int) -> bool:
    """The day and the very second."""
    return (found.on.year, found.on.month, found.on.day) == ymd(end) and found.moment.timestamp() == day_over(end)


@pytest.mark.parametrize("way", ["counted", "not counted"])
def test_every_term_from_every_day_ends_where_a_table_made_in_another_way_says(way: str, record_property: Say) -> None:
    policy, oracle, days = policies()[way], oracles()[way], start_days()
    calendar, terms = policy.calendar(), all_terms(policies()[way])
    wrong = []
    for day in days:
        start = number(day.year, day.month, day.day)
        for term in terms:
            end = oracle.end(start, term.amount, str(term.unit), rolls=term.rolls)
            if not same(due_from_date(day, term, calendar), end):
                wrong.append((day, str(term)))
    figures = {"terms": len(terms), "start_days": len(days), "cases": len(terms) * len(days), "wrong": len(wrong)}
    record_property("said", f"terms, equated days {way}: {json.dumps(figures)}")
    assert wrong == []
    assert len(terms) >= 13
    assert len(days) == 4018 or not FULL


def test_month_ends_and_leap_days_are_clipped_and_never_spill_over(record_property: Say) -> None:
    """31 January and a month is the last of February; from every month's last days, for one to eighteen months."""
    oracle, calendar = oracles()["counted"], policies()["counted"].calendar()
    starts = [(year, month, day) for year in YEARS for month, day in sorted(ENDS) if day <= length(year, month)]
    cases = [(start, months) for start in starts for months in range(1, 19)][:: scaled(7, 1)]
    for start, months in cases:
        found = due_from_date(date(*start), Term(months, Unit.MONTHS, rolls=False), calendar)
        assert same(found, oracle.end(number(*start), months, "months", rolls=False))
    record_property("said", f"month ends: {json.dumps({'cases': len(cases), 'wrong': 0})}")


def test_the_table_disagrees_as_soon_as_one_day_of_it_is_another() -> None:
    oracle, calendar = oracles()["counted"], policies()["counted"].calendar()
    oracle.counted = sorted({*oracle.counted, number(2026, 5, 5)})
    found = due_from_date(date(2026, 4, 28), Term(6, Unit.WORKING_DAYS), calendar)
    assert not same(found, oracle.end(number(2026, 4, 28), 6, "working_days", rolls=True))
