"""The rules of one incoming report, whichever door it comes through."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.reports import REPORTER_CLASSES, IncomingPerson, IncomingReport, content_hash, same_content
from tests.reports.samples import incoming

CODES = ["source", "number", "municipality", "household"]
OPTIONAL_CODES = ["district", "own_number", "accepted_by"]
CANARY = "kanarie@voorbeeld.test"


def kinds(**changes: object) -> set[str]:
    """The kinds of error a report with these changes gives."""
    with pytest.raises(ValidationError) as caught:
        incoming(**changes)
    return {str(error["type"]) for error in caught.value.errors()}


def child(birth_year: int | None) -> tuple[IncomingPerson, ...]:
    return (IncomingPerson(key="A", role="child", birth_year=birth_year),)


def test_there_are_the_thirteen_classes_of_cbs_and_the_other_regions() -> None:
    assert len(REPORTER_CLASSES) == 13 + 1
    assert "other_vt_region" in REPORTER_CLASSES


@pytest.mark.parametrize("field", [*CODES, *OPTIONAL_CODES])
@pytest.mark.parametrize("value", ["A B", "=1+1", "-A", "A" * 41, "é", "A\n", "A;B"])
def test_a_code_is_short_and_plain(field: str, value: str) -> None:
    assert kinds(**{field: value}) == {"string_pattern_mismatch"}


@pytest.mark.parametrize("field", [*CODES, *OPTIONAL_CODES])
def test_a_code_that_is_a_citizen_service_number_is_refused_as_personal(field: str) -> None:
    assert kinds(**{field: "111222333"}) == {"personal"}


@pytest.mark.parametrize("field", OPTIONAL_CODES)
def test_an_optional_code_may_be_left_out(field: str) -> None:
    assert getattr(incoming(**{field: ""}), field) == ""


@pytest.mark.parametrize("field", ["channel", "reporter_class", "disclosure", "concern", "classification"])
def test_a_choice_outside_its_list_is_refused(field: str) -> None:
    assert kinds(**{field: "something"}) == {"choice"}


def test_an_unknown_field_is_refused_so_that_nobody_can_add_a_name() -> None:
    assert kinds(name="x") == {"extra_forbidden"}


def test_numbers_are_not_guessed_from_text() -> None:
    assert kinds(norm_ground="3") == {"int_type"}
    assert kinds(home_ban="ja") == {"bool_type"}


def test_the_error_does_not_repeat_what_was_given() -> None:
    with pytest.raises(ValidationError) as caught:
        incoming(number=CANARY)
    assert CANARY not in str(caught.value)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    assert kinds(received_at=datetime(2026, 4, 20, 22, 5)) == {"timezone_aware"}  # noqa: DTZ001  the subject


@pytest.mark.parametrize("year", [1, 1999, 2200, 9999])
def test_a_moment_in_an_impossible_year_is_refused(year: int) -> None:
    assert kinds(received_at=datetime(year, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12)))) == {"year"}


def test_a_household_has_one_to_twenty_members_with_a_letter_each() -> None:
    many = tuple(IncomingPerson(key=chr(65 + place), role="adult") for place in range(21))
    assert len(incoming(persons=many[:20]).persons) == 20
    assert kinds(persons=()) == {"too_short"}
    assert kinds(persons=many) == {"too_long"}
    assert kinds(persons=(many[0], many[0])) == {"keys"}


@pytest.mark.parametrize("key", ["", "a", "AA", "1", "É"])
def test_a_member_is_named_by_one_capital_letter(key: str) -> None:
    with pytest.raises(ValidationError):
        IncomingPerson(key=key, role="adult")


@pytest.mark.parametrize("year", [2008, 2026, 2027, None])
def test_a_child_is_at_most_eighteen_and_may_be_unborn(year: int | None) -> None:
    assert incoming(persons=child(year)).persons[0].birth_year == year


@pytest.mark.parametrize("year", [2007, 2028])
def test_a_child_that_cannot_be_one_is_refused(year: int) -> None:
    assert kinds(persons=child(year)) == {"birth_year"}


@given(minutes=st.integers(0, 10**6), offset=st.integers(-14, 14))
def test_the_content_is_the_same_in_every_time_zone_and_order(minutes: int, offset: int) -> None:
    moment = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    report = incoming(received_at=moment)
    elsewhere = moment.astimezone(timezone(timedelta(hours=offset)))
    same = incoming(received_at=elsewhere, persons=report.persons[::-1])
    assert content_hash(same) == content_hash(report)


def test_both_readings_of_the_hour_that_comes_twice_are_told_apart() -> None:
    wall = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert content_hash(incoming(received_at=wall)) != content_hash(incoming(received_at=wall.replace(fold=1)))


SAID: dict[str, object] = {
    "source": "VT-KUST",
    "number": "M26-X",
    "received_at": datetime(2026, 4, 20, 20, 6, tzinfo=UTC),
    "disclosure": "protected",
    "concern": "child_abuse",
    "municipality": "DUINWIJK",
    "district": "DW-POLDER",
    "persons": child(2012),
    "feedback_wanted": True,
    "on_regular_waiting_list": True,
    "existing_help": True,
    "home_ban": True,
    "possibly_acute": True,
    "norm_ground": 1,
}
RECORDED: dict[str, object] = {
    "channel": "phone",
    "reporter_class": "citizen",
    "household": "H26-X",
    "numbered_by": "POL-KUST",
    "own_number": "Z26-X",
    "classification": "first",
    "accepted_by": "VT-101",
}


@pytest.mark.parametrize("field", SAID)
def test_whatever_else_the_reporter_says_is_another_content(field: str) -> None:
    changed = incoming(**{field: SAID[field]})
    assert content_hash(changed) != content_hash(incoming())
    assert not same_content(changed, content_hash(incoming()))


@pytest.mark.parametrize("field", RECORDED)
def test_what_veilig_thuis_records_beside_a_report_is_no_other_content(field: str) -> None:
    assert same_content(incoming(**{field: RECORDED[field]}), content_hash(incoming()))


def test_every_field_of_a_report_is_said_by_the_reporter_or_recorded_beside_it() -> None:
    assert SAID.keys() | RECORDED.keys() == IncomingReport.model_fields.keys()
    assert not SAID.keys() & RECORDED.keys()


def test_a_report_in_a_ledger_of_the_first_release_is_still_known() -> None:
    recorded = "a2e279d9e48f7ac80070d3ce8bc96acee38dfe71e264b5e740f1a1c9b0975b22"
    assert same_content(incoming(), recorded)
    assert not same_content(incoming(home_ban=True), recorded)
