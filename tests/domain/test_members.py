"""Letters of members are the reporter's: one letter never hides another person, and nobody joins twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case import Person, PersonRole
from domain.members import place
from domain.reports import IncomingPerson

ADULT = Person("A", PersonRole.ADULT, 1985)
CHILD = Person("B", PersonRole.CHILD, 2015)


def told(*members: str) -> tuple[IncomingPerson, ...]:
    """Members as `A:adult:1985`."""
    parts = (member.split(":") for member in members)
    return tuple(IncomingPerson(key=k, role=role, birth_year=int(year) if year else None) for k, role, year in parts)


def became(known: tuple[Person, ...], *members: str) -> list[tuple[str, str, int | None, str, bool]]:
    """What a report with these members changes in this household."""
    placed = place(known, told(*members))
    return [
        (one.person.key, str(one.person.role), one.person.birth_year, one.person.told_as, one.new) for one in placed
    ]


def after(known: tuple[Person, ...], *members: str) -> tuple[Person, ...]:
    """The household after a report with these members."""
    placed = {one.person.key: one.person for one in place(known, told(*members))}
    return tuple(({person.key: person for person in known} | placed).values())


def test_a_first_report_brings_everybody_under_its_own_letter() -> None:
    assert became((), "A:adult:1985", "C:child:") == [
        ("A", "adult", 1985, "", True),
        ("C", "child", None, "", True),
    ]


@pytest.mark.parametrize("member", ["A:adult:1985", "A:adult:"])
def test_who_is_known_changes_nothing(member: str) -> None:
    assert became((ADULT, CHILD), member) == []


def test_a_birth_year_that_was_not_known_is_added() -> None:
    assert became((Person("A", PersonRole.ADULT, None),), "A:adult:1985") == [("A", "adult", 1985, "", False)]


@pytest.mark.parametrize("member", ["A:child:2015", "A:child:", "A:adult:1986", "A:elder:1985"])
def test_a_letter_with_another_role_or_birth_year_joins_as_the_next_letter(member: str) -> None:
    _, role, year = member.split(":")
    assert became((ADULT, CHILD), member) == [("C", role, int(year) if year else None, "A", True)]


def test_the_same_person_under_another_letter_joins_once() -> None:
    household = after((ADULT, CHILD), "A:child:2019", "D:child:2020")
    assert became(household, "A:child:2019", "D:child:2020") == []
    assert became(household, "A:adult:1985") == []


def test_a_letter_that_the_report_itself_uses_is_not_given_away() -> None:
    assert became((ADULT,), "A:child:2019", "B:child:2020") == [
        ("C", "child", 2019, "A", True),
        ("B", "child", 2020, "", True),
    ]


def test_a_letter_that_was_given_away_hides_nobody_later() -> None:
    household = after((ADULT,), "A:child:2019")
    assert [(one.key, one.told_as) for one in household] == [("A", ""), ("B", "A")]
    assert became(household, "B:child:2019") == [("C", "child", 2019, "B", True)]


def test_beyond_the_alphabet_nobody_is_left_out() -> None:
    full = tuple(Person(chr(65 + place), PersonRole.ADULT, 1950 + place) for place in range(26))
    assert became(full, "A:child:2019", "B:child:2019") == [
        ("AA", "child", 2019, "A", True),
        ("AB", "child", 2019, "B", True),
    ]


MEMBERS = st.lists(
    st.builds(
        IncomingPerson,
        key=st.sampled_from("ABCD"),
        role=st.sampled_from(("adult", "child", "elder")),
        birth_year=st.sampled_from((None, 1985, 2015)),
    ),
    unique_by=lambda member: member.key,
    max_size=4,
)


@given(reports=st.lists(MEMBERS, min_size=1, max_size=6))
def test_everybody_who_was_told_of_stands_in_the_household_and_keys_stay_with_their_person(
    reports: list[list[IncomingPerson]],
) -> None:
    household: dict[str, Person] = {}
    for report in reports:
        before = dict(household)
        household |= {one.person.key: one.person for one in place(before.values(), report)}
        for key, person in before.items():
            assert (household[key].role, household[key].told_as) == (person.role, person.told_as)
            assert person.birth_year in (None, household[key].birth_year)
        for member in report:
            goes_by = [one for one in household.values() if (one.told_as or one.key) == member.key]
            assert any(one.role == member.role and member.birth_year in (None, one.birth_year) for one in goes_by)
        assert place(household.values(), report) == ()
