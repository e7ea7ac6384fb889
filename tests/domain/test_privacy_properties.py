"""What looks personal and what never may, over all numbers, dates and codes."""

import random
import uuid
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from domain.dutch import day_text, moment_text
from domain.privacy import personal, refuse_personal
from domain.references import new_reference
from domain.terms import Term, due_from_date
from domain.terms import Unit as TermUnit
from integrations.policy_file import load_policy


def with_check_digit(number: int) -> str:
    """A number of eight digits with the ninth that makes it pass the eleven test; '' where there is none."""
    digits = f"{number:08d}"
    check = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
    return f"{digits}{check}" if check < 10 else ""


digits9 = st.integers(1_000_000, 99_999_999).map(with_check_digit).filter(bsn.is_valid)
separators = st.sampled_from(["", ".", " ", "-", "/", "_"])
instants = st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1900 < moment.year < 2200)


@given(
    digits9,
    separators,
    st.sampled_from(["", "nummer ", "(", "B: ", "kind 3, "]),
    st.sampled_from(["", ".", " graag", ")"]),
)
def test_every_bsn_is_seen_whatever_stands_around_or_between(number: str, mark: str, before: str, after: str) -> None:
    written = mark.join((number[:4], number[4:6], number[6:]))
    assert personal(f"{before}{written}{after}") != ""


@given(digits9)
def test_a_bsn_that_lost_its_first_zero_is_seen_unless_it_starts_with_a_century(number: str) -> None:
    if number[0] == "0" and number[1] != "0":
        assert personal(number[1:]) == ("" if number[1:3] in {"19", "20"} else "burgerservicenummer")


@given(st.integers(0, 99_999_999), separators)
def test_every_mobile_number_is_seen(number: int, mark: str) -> None:
    text = f"{number:08d}"
    assert personal(f"06{mark}{text}") == "telefoonnummer"
    assert personal(f"+31{mark}6{text}") == "telefoonnummer"
    assert personal(f"(0031) 6 {mark.join((text[:4], text[4:]))}.") == "telefoonnummer"


@given(st.integers(1000, 9999), st.text("ABCDEFGHJKLMNPRSTVWXZ", min_size=2, max_size=2), st.sampled_from(["", " "]))
def test_every_postcode_that_is_issued_is_seen(number: int, letters: str, space: str) -> None:
    expected = "" if letters in {"SA", "SD", "SS"} else "postcode"
    assert personal(f"{number}{space}{letters}") == expected
    assert personal(f"gemeente {number}{space}{letters}.") == expected


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_no_iso_date_and_no_date_text_of_ours_is_ever_hit(day: date) -> None:
    assert personal(day.isoformat()) == ""
    assert personal(f"tot {day.isoformat()}.") == ""
    assert personal(day_text(day)) == ""


@given(instants, st.integers(-12, 14))
def test_no_iso_moment_is_ever_hit(moment: datetime, hours: int) -> None:
    elsewhere = (moment + timedelta(hours=hours)).isoformat()
    for text in (moment.isoformat(), moment.isoformat(sep=" "), f"{moment:%Y-%m-%dT%H:%MZ}", elsewhere):
        assert personal(text) == ""
    assert personal(moment_text(moment)) == ""


@given(st.from_regex(r"[A-Z]{1,5}-[0-9]{1,4}", fullmatch=True))
def test_no_code_of_a_professional_is_ever_hit(code: str) -> None:
    assert personal(code) == ""


@given(st.from_regex(r"[a-z][a-z0-9_]{0,40}", fullmatch=True))
def test_no_keyword_is_ever_hit(word: str) -> None:
    if not word.startswith(("bsn", "sofi", "tel", "gsm", "mob")):
        assert personal(word) == ""


@given(st.integers(-9999, 9999))
def test_no_small_number_is_ever_hit(number: int) -> None:
    assert personal(str(number)) == ""


@given(st.uuids())
def test_no_uuid_is_ever_hit_alone_or_in_a_link(identifier: uuid.UUID) -> None:
    assert personal(str(identifier)) == ""
    assert personal(f"http://127.0.0.1:4200/runs/flow-run/{identifier}?tab=x") == ""


@given(st.integers(), st.integers(1, 999))
def test_no_reference_and_no_step_of_a_case_is_ever_hit(seed: int, step: int) -> None:
    reference = new_reference(random.Random(seed))
    for text in (
        reference,
        reference.replace("-", ""),
        reference.lower(),
        f"{reference}.{step:03d}",
        f"zaak {reference} 7",
    ):
        assert personal(text) == ""


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.sampled_from(TermUnit), st.integers(0, 30))
def test_no_explanation_of_a_due_date_is_ever_hit(day: date, unit: TermUnit, amount: int) -> None:
    if unit is not TermUnit.HOURS:
        found = due_from_date(day, Term(amount, unit), load_policy().calendar())
        refuse_personal((found.explanation, *found.warnings))
