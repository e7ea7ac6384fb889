"""When a send is tried again, which reference a mail carries, and who takes over from whom."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import LEASE, SEND_BOUND, bundle_reference, next_try
from domain.parties import Role
from domain.privacy import personal
from domain.recipients import SEES_EVERY_CASE, Contact, recipient


def waits() -> list[timedelta]:
    return [wait for attempt in range(1, 100) if (wait := next_try(attempt)) is not None]


def test_tries_come_ever_later_for_seven_days_and_then_a_person_must_look() -> None:
    assert [int(wait.total_seconds() // 60) for wait in waits()[:6]] == [1, 5, 15, 60, 240, 1440]
    assert waits() == sorted(waits())
    assert timedelta(days=7) < sum(waits(), timedelta()) < timedelta(days=7, hours=6)


def test_a_claim_outlives_the_longest_send() -> None:
    assert LEASE >= 2 * SEND_BOUND


@given(st.integers(1, 20**8 - 1), st.integers(1, 20**8 - 1))
def test_two_bundles_never_share_a_reference(one: int, other: int) -> None:
    assert (bundle_reference(one) == bundle_reference(other)) == (one == other)


@given(st.integers(1, 10**6), st.integers(1, 8))
def test_numbers_that_only_differ_in_a_factor_of_twenty_do_not_share_one_either(number: int, power: int) -> None:
    far = number + 20**8 // 5**power
    assert bundle_reference(number) != bundle_reference(far)


@given(st.integers(1, 10**9))
def test_a_reference_is_letters_and_looks_like_nothing_personal(number: int) -> None:
    reference = bundle_reference(number)
    assert reference.replace("-", "").isalpha()
    assert not personal(f"Kenmerk: {reference}")


def people(**changed: Contact) -> dict[str, Contact]:
    found = {
        "VT-101": Contact("VT-101", "VT-1", frozenset({"vt_worker"}), 1, deputy="VT-102"),
        "VT-102": Contact("VT-102", "VT-1", frozenset({"vt_worker"}), 1),
        "VT-201": Contact("VT-201", "VT-1", frozenset({"vt_team_lead"}), 1),
        "VT-202": Contact("VT-202", "VT-2", frozenset({"vt_team_lead"}), 1),
        "PR-101": Contact("PR-101", "PR-1", frozenset({"process_director"}), 1),
        "CM-101": Contact("CM-101", "PR-1", frozenset({"contract_manager"}), 1),
    }
    return found | {code.replace("_", "-"): contact for code, contact in changed.items()}


def gone(code: str, team: str, role: str, deputy: str = "") -> Contact:
    return Contact(code, team, frozenset({role}), 1, deputy, active=False)


def silent(code: str, team: str, role: str) -> Contact:
    return Contact(code, team, frozenset({role}), 0)


def test_who_is_there_gets_the_message() -> None:
    assert recipient("VT-101", people()) == "VT-101"


def test_who_left_is_replaced_by_the_deputy_then_the_lead_of_the_team_then_the_process_director() -> None:
    left = people(VT_101=gone("VT-101", "VT-1", "vt_worker", "VT-102"))
    assert recipient("VT-101", left) == "VT-102"
    left["VT-102"] = silent("VT-102", "VT-1", "vt_worker")
    assert recipient("VT-101", left) == "VT-201"
    left["VT-201"] = gone("VT-201", "VT-1", "vt_team_lead")
    assert recipient("VT-101", left) == "PR-101"
    left["PR-101"] = gone("PR-101", "PR-1", "process_director")
    assert recipient("VT-101", left) == "VT-202"
    left["VT-202"] = silent("VT-202", "VT-2", "vt_team_lead")
    assert recipient("VT-101", left) is None


def test_who_is_away_is_replaced_as_if_they_had_left() -> None:
    away = replace(people()["VT-101"], away=True)
    assert recipient("VT-101", people(VT_101=away)) == "VT-102"


def test_the_deputy_of_the_deputy_stands_in_and_two_who_do_so_for_each_other_end_at_the_lead() -> None:
    there = people(VT_102=Contact("VT-102", "VT-1", frozenset({"vt_worker"}), 1, deputy="VT-103", away=True))
    there["VT-101"] = replace(there["VT-101"], away=True)
    there["VT-103"] = Contact("VT-103", "VT-1", frozenset({"vt_worker"}), 1, deputy="VT-101")
    assert recipient("VT-101", there) == "VT-103"
    there["VT-103"] = replace(there["VT-103"], away=True)
    assert recipient("VT-101", there) == "VT-201"


def test_a_local_professional_never_gets_the_case_of_another_by_accident() -> None:
    local = Contact("WT-101", "WT-1", frozenset({"local_professional"}), 1)
    assert recipient("VT-101", {"WT-101": local}) is None


def test_numbers_stay_with_those_who_see_numbers_as_long_as_one_is_there() -> None:
    there = people(AO_101=Contact("AO-101", "PR-1", frozenset({"regional_official"}), 1))
    there["CM-101"] = replace(there["CM-101"], away=True)
    assert recipient("CM-101", there, counts=True) == "AO-101"
    there["AO-101"] = replace(there["AO-101"], away=True)
    assert recipient("CM-101", there, counts=True) == "PR-101"


CODES = tuple(f"VT-{number}" for number in range(1, 7))
ANYBODY = st.builds(
    Contact,
    code=st.just(""),
    team=st.sampled_from(["VT-1", "WT-1"]),
    roles=st.frozensets(st.sampled_from(sorted(Role)), max_size=2),
    channels=st.integers(0, 1),
    deputy=st.sampled_from([*CODES, "", "VT-9"]),
    active=st.booleans(),
    away=st.booleans(),
)


@given(st.lists(ANYBODY, min_size=len(CODES), max_size=len(CODES)), st.sampled_from([*CODES, "", "VT-9"]))
def test_as_long_as_one_who_may_read_every_case_can_be_reached_a_message_finds_somebody(
    drawn: list[Contact], party: str
) -> None:
    contacts = {code: replace(one, code=code) for code, one in zip(CODES, drawn, strict=True)}
    readers = SEES_EVERY_CASE | {Role.PROCESS_DIRECTOR}
    there = [one for one in contacts.values() if one.reachable() and one.roles & readers]
    found = recipient(party, contacts)
    assert found is not None or not there
    if found is not None:
        assert contacts[found].reachable()
        assert contacts[found].may_read_cases()
    first = contacts.get(party)
    if first and first.reachable() and first.may_read_cases():
        assert found == party


def test_a_party_that_is_unknown_or_empty_ends_at_the_process_director() -> None:
    assert recipient("VT-999", people()) == "PR-101"
    assert recipient("", people()) == "PR-101"


def test_who_may_see_numbers_only_never_gets_a_case() -> None:
    assert recipient("CM-101", people()) == "PR-101"
    assert recipient("CM-101", people(), counts=True) == "CM-101"
    stand_in = people(VT_101=gone("VT-101", "VT-1", "vt_worker", "CM-101"))
    assert recipient("VT-101", stand_in) == "VT-201"
