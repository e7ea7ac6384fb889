"""When a send is tried again, which reference a mail carries, and who takes over from whom."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import LEASE, SEND_BOUND, bundle_reference, next_try
from domain.privacy import personal
from domain.recipients import Contact, recipient


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
    assert recipient("VT-101", left) is None


def test_a_party_that_is_unknown_or_empty_ends_at_the_process_director() -> None:
    assert recipient("VT-999", people()) == "PR-101"
    assert recipient("", people()) == "PR-101"


def test_who_may_see_numbers_only_never_gets_a_case() -> None:
    assert recipient("CM-101", people()) == "PR-101"
    assert recipient("CM-101", people(), counts=True) == "CM-101"
    stand_in = people(VT_101=gone("VT-101", "VT-1", "vt_worker", "CM-101"))
    assert recipient("VT-101", stand_in) == "VT-201"
