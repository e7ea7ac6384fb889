"""The days of the Algemene termijnenwet."""

from datetime import date, timedelta

import pytest

from domain.calendar_nl import Calendar, equated_name

DECREES = {date(2026, 1, 2): "dag na Nieuwjaarsdag", date(2026, 5, 15): "dag na Hemelvaartsdag"}


@pytest.fixture
def strict() -> Calendar:
    return Calendar(DECREES, equated_count_as_working=True)


@pytest.fixture
def lenient() -> Calendar:
    return Calendar(DECREES, equated_count_as_working=False)


def test_the_recognised_holidays_of_2026_have_their_dutch_names(strict: Calendar) -> None:
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert {f"{day:%m-%d}": name for day in days if (name := strict.recognised(day))} == {
        "01-01": "Nieuwjaarsdag",
        "04-05": "Eerste paasdag",
        "04-06": "Tweede paasdag",
        "04-27": "Koningsdag",
        "05-05": "Bevrijdingsdag",
        "05-14": "Hemelvaartsdag",
        "05-24": "Eerste pinksterdag",
        "05-25": "Tweede pinksterdag",
        "12-25": "Eerste kerstdag",
        "12-26": "Tweede kerstdag",
    }


def test_kings_day_is_on_saturday_when_the_27th_is_a_sunday(strict: Calendar) -> None:
    assert strict.recognised(date(2025, 4, 26)) == "Koningsdag"
    assert strict.recognised(date(2025, 4, 27)) is None


@pytest.mark.parametrize("year", range(2020, 2041))
def test_liberation_day_is_recognised_every_year_and_not_in_lustrum_years_only(strict: Calendar, year: int) -> None:
    assert "Bevrijdingsdag" in (strict.recognised(date(year, 5, 5)) or "")


def test_two_holidays_on_one_day_keep_both_names(strict: Calendar) -> None:
    assert strict.recognised(date(2016, 5, 5)) == "Bevrijdingsdag en Hemelvaartsdag"


def test_good_friday_is_equated_without_any_decree() -> None:
    bare = Calendar({}, equated_count_as_working=True)
    assert bare.equated(date(2029, 3, 30)) == "Goede vrijdag"
    assert bare.recognised(date(2029, 3, 30)) is None


def test_an_equated_day_counts_but_a_term_may_not_end_on_it(strict: Calendar) -> None:
    day = date(2026, 5, 15)
    assert strict.equated(day) == "dag na Hemelvaartsdag"
    assert (strict.counts(day), strict.may_end(day)) == (True, False)


def test_under_the_lenient_policy_an_equated_day_does_not_count(lenient: Calendar) -> None:
    day = date(2026, 5, 15)
    assert (lenient.counts(day), lenient.may_end(day)) == (False, False)


def test_an_ordinary_weekday_counts_and_may_end_a_term(strict: Calendar) -> None:
    assert strict.counts(date(2026, 4, 28))
    assert strict.may_end(date(2026, 4, 28))
    assert strict.next_end(date(2026, 4, 28)) == date(2026, 4, 28)


def test_the_next_end_after_ascension_passes_the_equated_friday_and_the_weekend(strict: Calendar) -> None:
    assert strict.next_end(date(2026, 5, 14)) == date(2026, 5, 18)


def test_a_holiday_and_an_equated_day_have_a_name_and_a_saturday_has_none(strict: Calendar) -> None:
    days = (date(2026, 5, 14), date(2026, 5, 15), date(2026, 5, 16), date(2026, 5, 18))
    assert [strict.name(day) for day in days] == ["Hemelvaartsdag", "dag na Hemelvaartsdag", "", ""]


def test_a_year_without_a_decree_gives_a_warning_in_dutch(strict: Calendar) -> None:
    assert strict.loaded_years == {2026}
    assert strict.warning(2026) is None
    assert "Voor 2029 is geen besluit" in (strict.warning(2029) or "")


def test_a_year_whose_decree_names_no_day_can_be_loaded_all_the_same() -> None:
    calendar = Calendar(DECREES, equated_count_as_working=True, loaded_years=(2026, 2029))
    assert calendar.warning(2029) is None


def test_a_day_equated_by_decree_is_named_after_the_holiday_before_it() -> None:
    assert equated_name(date(2028, 4, 28)) == "dag na Koningsdag"
    assert equated_name(date(2024, 12, 27)) == "dag na Tweede kerstdag"
    assert equated_name(date(2026, 7, 1)) == "gelijkgestelde dag"
