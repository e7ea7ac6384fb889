"""How a due date is explained to people, in Dutch, and when it carries a warning."""

from datetime import UTC, date, datetime
from functools import cache

import pytest

from domain.calendar_nl import Calendar
from domain.dutch import AMSTERDAM, day_text, moment_text
from domain.policy import parse_policy
from domain.terms import (
    Term,
    Unit,
    due,
    due_from_date,
)
from integrations.policy_file import default_policy

LENIENT = """
version = "proef-1"
[calendar]
equated_days_count_as_working = { value = false, source = "proef" }
"""

WD5, WD10 = Term(5, Unit.WORKING_DAYS), Term(10, Unit.WORKING_DAYS)


@cache
def calendar(*, strict: bool = True) -> Calendar:
    return parse_policy(default_policy(), None if strict else LENIENT).calendar()


def day(text: str) -> date:
    return date.fromisoformat(text)


def amsterdam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("term", "start", "expected"),
    [
        (WD5, "2026-04-20", "5 werkdagen vanaf ma 20-04-2026, Koningsdag overgeslagen"),
        (WD5, "2026-06-02", "5 werkdagen vanaf di 02-06-2026"),
        (WD10, "2026-04-20", "10 werkdagen vanaf ma 20-04-2026, Koningsdag en Bevrijdingsdag overgeslagen"),
        (Term(1, Unit.WORKING_DAYS), "2026-04-28", "1 werkdag vanaf di 28-04-2026"),
        (
            Term(10, Unit.WEEKS),
            "2026-03-05",
            "10 weken vanaf do 05-03-2026; einde do 14-05-2026 (Hemelvaartsdag) schuift door naar ma 18-05-2026",
        ),
        (
            Term(18, Unit.MONTHS),
            "2026-06-04",
            "18 maanden vanaf do 04-06-2026; einde za 04-12-2027 schuift door naar ma 06-12-2027",
        ),
        (Term(20, Unit.YEARS, rolls=False), "2027-12-06", "20 jaar vanaf ma 06-12-2027"),
        (
            Term(4, Unit.WORKING_DAYS),
            "2026-05-08",
            "4 werkdagen vanaf vr 08-05-2026, Hemelvaartsdag overgeslagen; "
            "einde vr 15-05-2026 (dag na Hemelvaartsdag) schuift door naar ma 18-05-2026",
        ),
    ],
)
def test_the_explanation_says_in_dutch_how_the_date_was_counted(term: Term, start: str, expected: str) -> None:
    assert due_from_date(day(start), term, calendar()).explanation == expected


def test_an_equated_day_that_does_not_count_is_named_as_skipped() -> None:
    found = due_from_date(day("2026-04-02"), WD5, calendar(strict=False))
    assert found.explanation == "5 werkdagen vanaf do 02-04-2026, Goede vrijdag en Tweede paasdag overgeslagen"


def test_hours_are_explained_with_the_moment_they_started() -> None:
    found = due(amsterdam("2026-04-20T22:05:00"), Term(24, Unit.HOURS), calendar())
    assert found.explanation == "24 uur vanaf ma 20-04-2026 22:05"


def test_an_end_in_a_year_without_a_decree_carries_a_warning() -> None:
    found = due_from_date(day("2027-12-06"), Term(18, Unit.MONTHS), calendar())
    assert [warning[:9] for warning in found.warnings] == ["Voor 2029"]


def test_no_warning_where_no_equated_day_could_move_the_end() -> None:
    assert due_from_date(day("2027-12-06"), Term(20, Unit.YEARS, rolls=False), calendar()).warnings == ()
    assert due_from_date(day("2028-12-01"), WD5, calendar()).warnings == ()


def test_a_term_that_crosses_into_an_unknown_year_warns_when_equated_days_do_not_count() -> None:
    into = due_from_date(day("2028-12-22"), WD10, calendar(strict=False))
    out_of = due_from_date(day("2022-12-28"), WD10, calendar(strict=False))
    assert [warning[:9] for warning in into.warnings] == ["Voor 2029"]
    assert [warning[:9] for warning in out_of.warnings] == ["Voor 2022"]


def test_dates_read_as_dutch_people_write_them() -> None:
    week = [day_text(date(2026, 4, number)) for number in range(20, 27)]
    assert [text[:2] for text in week] == ["ma", "di", "wo", "do", "vr", "za", "zo"]
    assert week[0] == "ma 20-04-2026"
    assert moment_text(datetime(2026, 4, 28, 20, 5, tzinfo=UTC)) == "di 28-04-2026 22:05"
