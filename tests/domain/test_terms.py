"""The golden dates of the counting rule (docs/decisions/0003), the hours, and the explanation."""

from datetime import UTC, date, datetime, time
from functools import cache

import pytest

from domain.calendar_nl import Calendar
from domain.dutch import AMSTERDAM
from domain.errors import InputRefusal
from domain.policy import parse_policy
from domain.terms import (
    Term,
    Unit,
    add_working_days,
    at_hour,
    due,
    due_from_date,
    end_of_day,
    local_date,
    working_days_before,
)
from integrations.policy_file import default_policy

LENIENT = """
version = "proef-1"
[calendar]
equated_days_count_as_working = { value = false, source = "proef" }
"""

WD5, WD10 = Term(5, Unit.WORKING_DAYS), Term(10, Unit.WORKING_DAYS)
GOLDEN = [
    # start, 5 WD strict, 5 WD lenient, 10 WD strict, 10 WD lenient, +70 days, +28 days
    ("2026-04-02", "2026-04-10", "2026-04-13", "2026-04-17", "2026-04-20", "2026-06-11", "2026-04-30"),
    ("2026-04-03", "2026-04-13", "2026-04-13", "2026-04-20", "2026-04-20", "2026-06-12", "2026-05-01"),
    ("2026-04-20", "2026-04-28", "2026-04-28", "2026-05-06", "2026-05-06", "2026-06-29", "2026-05-18"),
    ("2026-04-28", "2026-05-06", "2026-05-06", "2026-05-13", "2026-05-13", "2026-07-07", "2026-05-26"),
    ("2026-05-11", "2026-05-19", "2026-05-20", "2026-05-27", "2026-05-28", "2026-07-20", "2026-06-08"),
    ("2026-12-23", "2026-12-31", "2026-12-31", "2027-01-08", "2027-01-08", "2027-03-03", "2027-01-20"),
    ("2027-04-30", "2027-05-11", "2027-05-12", "2027-05-19", "2027-05-20", "2027-07-09", "2027-05-28"),
]
CALENDAR_TERMS = [
    (Term(10, Unit.WEEKS), "2026-03-05", "2026-05-18"),  # Ascension, then the equated Friday, then the weekend
    (Term(70, Unit.DAYS), "2026-03-05", "2026-05-18"),
    (Term(3, Unit.MONTHS), "2026-11-30", "2027-03-01"),  # clipped to Sunday 28 February
    (Term(18, Unit.MONTHS), "2026-06-04", "2027-12-06"),
    (Term(12, Unit.MONTHS), "2026-06-04", "2027-06-04"),
    (Term(3, Unit.MONTHS), "2026-06-04", "2026-09-04"),
    (Term(3, Unit.MONTHS), "2026-06-09", "2026-09-09"),
    (Term(6, Unit.WEEKS), "2026-06-04", "2026-07-16"),
    (Term(10, Unit.WEEKS), "2026-04-13", "2026-06-22"),
    (Term(7, Unit.DAYS), "2026-06-05", "2026-06-12"),
    (Term(20, Unit.YEARS, rolls=False), "2027-12-06", "2047-12-06"),
    (Term(1, Unit.YEARS), "2028-02-29", "2029-02-28"),
    (Term(8, Unit.DAYS, rolls=False), "2026-05-08", "2026-05-16"),  # a Saturday: the advice on a home ban does not wait
]


@cache
def calendar(*, strict: bool = True) -> Calendar:
    return parse_policy(default_policy(), None if strict else LENIENT).calendar()


def day(text: str) -> date:
    return date.fromisoformat(text)


def amsterdam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize("clock", ["00:00:00", "12:30:00", "23:59:59"])
@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row[0])
def test_the_golden_dates_hold_at_every_hour_of_the_day_of_receipt(row: tuple[str, ...], clock: str) -> None:
    start = amsterdam(f"{row[0]}T{clock}")
    strict, lenient = calendar(), calendar(strict=False)
    terms = [(WD5, strict), (WD5, lenient), (WD10, strict), (WD10, lenient)]
    terms += [(Term(days, Unit.DAYS), strict) for days in (70, 28)]
    assert [due(start, term, days).on for term, days in terms] == [day(text) for text in row[1:]]


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row[0])
def test_a_calendar_term_does_not_depend_on_what_equated_days_count_for(row: tuple[str, ...]) -> None:
    for term, expected in ((Term(10, Unit.WEEKS), row[5]), (Term(4, Unit.WEEKS), row[6])):
        assert due_from_date(day(row[0]), term, calendar(strict=False)).on == day(expected)


@pytest.mark.parametrize(("term", "start", "expected"), CALENDAR_TERMS)
def test_weeks_months_and_years_end_where_the_rule_says(term: Term, start: str, expected: str) -> None:
    assert due_from_date(day(start), term, calendar()).on == day(expected)


def test_a_term_is_due_one_second_before_midnight_in_amsterdam_in_summer_and_in_winter() -> None:
    summer = due(amsterdam("2026-04-20T22:05:00"), WD5, calendar())
    winter = due(amsterdam("2026-12-23T09:00:00"), WD5, calendar())
    assert summer.moment == datetime(2026, 4, 28, 21, 59, 59, tzinfo=UTC)
    assert winter.moment == datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
    assert summer.moment.tzinfo is UTC


def test_the_day_of_receipt_is_the_day_in_amsterdam_whatever_the_zone_of_the_moment() -> None:
    late_evening = datetime(2026, 4, 19, 22, 30, tzinfo=UTC)  # 00:30 on Monday the 20th in Amsterdam
    assert local_date(late_evening) == day("2026-04-20")
    assert due(late_evening, WD5, calendar()).on == day("2026-04-28")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-28T14:00:00+01:00", "2026-03-29T15:00:00+02:00"),  # the clock goes forward in this night
        ("2026-10-24T14:00:00+02:00", "2026-10-25T13:00:00+01:00"),  # and back in this one
        ("2026-04-03T15:45:00+02:00", "2026-04-04T15:45:00+02:00"),  # Good Friday to Saturday
        ("2026-12-25T01:00:00+01:00", "2026-12-26T01:00:00+01:00"),
        ("2026-04-20T22:05:00+02:00", "2026-04-21T22:05:00+02:00"),
    ],
)
def test_hours_run_through_nights_weekends_holidays_and_summer_time(start: str, expected: str) -> None:
    found = due(datetime.fromisoformat(start), Term(24, Unit.HOURS), calendar())
    assert found.moment == datetime.fromisoformat(expected)
    assert found.on == datetime.fromisoformat(expected).date()
    assert found.warnings == ()


def test_hours_are_elapsed_also_when_the_start_carries_the_zone_itself() -> None:
    found = due(amsterdam("2026-03-28T14:00:00"), Term(24, Unit.HOURS), calendar())
    assert found.moment == datetime(2026, 3, 29, 13, 0, tzinfo=UTC)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(InputRefusal) as refused:
        due(datetime(2026, 4, 20, 22, 5), WD5, calendar())  # noqa: DTZ001
    assert refused.value.code == "KR-TIJD-ONGELDIG"


def test_hours_cannot_be_counted_from_a_day() -> None:
    with pytest.raises(ValueError, match="hours"):
        due_from_date(day("2026-04-20"), Term(24, Unit.HOURS), calendar())


def test_a_term_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        Term(-1, Unit.DAYS)


@pytest.mark.parametrize(
    ("due_on", "amount", "expected"),
    [
        ("2026-05-06", 1, "2026-05-04"),  # 5 May lies between
        ("2026-09-04", 10, "2026-08-21"),
        ("2026-09-04", 5, "2026-08-28"),
        ("2026-04-28", 1, "2026-04-24"),  # King's Day and the weekend lie between
        ("2026-04-13", 1, "2026-04-10"),
        ("2026-04-28", 0, "2026-04-28"),
        ("2026-04-27", 0, "2026-04-24"),
    ],
)
def test_reminders_fall_on_the_working_day_before(due_on: str, amount: int, expected: str) -> None:
    assert working_days_before(day(due_on), amount, calendar()) == day(expected)


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-06-05", 2, "2026-06-09"),
        ("2026-06-05", 5, "2026-06-12"),
        ("2026-06-05", 10, "2026-06-19"),
        ("2026-05-06", 2, "2026-05-08"),
        ("2026-05-14", 1, "2026-05-15"),  # an equated day is a working day
        ("2026-04-24", 0, "2026-04-24"),
        ("2026-04-25", 0, "2026-04-28"),
        ("2026-04-28", 10, "2026-05-13"),
    ],
)
def test_the_ladder_climbs_in_working_days(start: str, amount: int, expected: str) -> None:
    assert add_working_days(day(start), amount, calendar()) == day(expected)


def test_an_hour_of_the_day_and_the_end_of_the_day_are_amsterdam_time() -> None:
    assert at_hour(day("2026-05-04"), 8).astimezone(UTC) == datetime(2026, 5, 4, 6, tzinfo=UTC)
    assert at_hour(day("2026-12-31"), 8).astimezone(UTC) == datetime(2026, 12, 31, 7, tzinfo=UTC)
    assert end_of_day(day("2026-05-04")).astimezone(AMSTERDAM).time() == time(23, 59, 59)
