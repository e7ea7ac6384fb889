"""S10: Veilig Thuis and the local team go together; a moved appointment keeps its due date."""

import pytest

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import decided

SEEN = {"seen_C": "yes", "seen_D": "no", "told_voluntary": "yes"}


def test_it_is_due_five_working_days_after_the_decision(chain: Chain) -> None:
    decided(chain)
    assert (chain.due("joint_first_home_visit"), chain.step("joint_first_home_visit").owner) == ("2026-05-06", "VT-201")


def test_both_parties_record_and_nobody_else(chain: Chain) -> None:
    assert decided(chain).may_record("joint_first_home_visit") == VT | LOCAL


def test_it_says_of_each_child_whether_it_was_seen(chain: Chain) -> None:
    decided(chain)
    gaps = chain.missing("joint_first_home_visit", "WT-201", seen_C="yes", outcome="joint")
    assert gaps == ("Kind D (9 jaar): gezien?", "vertellen over vrijwillige hulp")


def test_done_it_opens_the_plan_and_the_life_areas(chain: Chain) -> None:
    decided(chain)
    opened = chain.follows("joint_first_home_visit", "VT-201", "2026-05-07T16:00", **SEEN, outcome="joint")
    assert opened == {"safety_plan", "life_area_map"}
    assert chain.due("safety_plan") == chain.due("life_area_map") == "2026-05-22"
    chain.refused("KR-STAP-GESLOTEN", "joint_first_home_visit", "VT-201", outcome="refused")


def test_a_visit_written_down_later_counts_from_the_visit(chain: Chain) -> None:
    decided(chain)
    given = SEEN | {"visited_on": "2026-05-06", "outcome": "joint"}
    chain.follows("joint_first_home_visit", "VT-201", "2026-05-07T16:00", **given)
    assert chain.due("safety_plan") == "2026-05-21"


def test_one_party_needs_a_reason(chain: Chain) -> None:
    decided(chain)
    gap = ("reden van bezoek door één partij",)
    assert chain.missing("joint_first_home_visit", "VT-201", **SEEN, outcome="one_party") == gap
    given = {"one_party_reason": "no_capacity", "outcome": "one_party"}
    assert chain.follows("joint_first_home_visit", "VT-201", **given) == {"safety_plan", "life_area_map"}


def test_a_family_that_refuses_ends_the_visit_and_opens_nothing(chain: Chain) -> None:
    decided(chain)
    assert chain.follows("joint_first_home_visit", "VT-201", outcome="refused") == set()


def test_a_closed_door_leaves_the_visit_open_with_its_due_date(chain: Chain) -> None:
    decided(chain)
    result = chain.record("joint_first_home_visit", "VT-201", "2026-05-04T10:00", outcome="not_at_home")
    assert (result.state, result.missing, result.refused) == ("open", (), "")
    assert chain.form("joint_first_home_visit").values["outcome"] == "not_at_home"
    assert chain.due("joint_first_home_visit") == "2026-05-06"
    assert "safety_plan" not in chain.open_words()


def test_a_new_appointment_keeps_the_due_date_and_names_the_cause(chain: Chain) -> None:
    decided(chain)
    given = {"planned_on": "2026-05-07", "agreed_vt": "yes", "agreed_local": "yes", "delay_cause": "waits_for_partner"}
    chain.record("joint_first_home_visit", "VT-201", "2026-04-30T10:00", **given)
    assert chain.due("joint_first_home_visit") == "2026-05-06"
    assert chain.step("joint_first_home_visit").waiting_cause == "waits_for_partner"


@pytest.mark.parametrize(("name", "day", "code"), [
    ("planned_on", "2026-04-27", "KR-DATUM-VERLEDEN"),
    ("visited_on", "2026-04-29", "KR-DATUM-TOEKOMST"),
    ("visited_on", "2026-02-30", "KR-DATUM-ONGELDIG"),
])  # fmt: skip
def test_an_appointment_lies_ahead_and_a_visit_behind(chain: Chain, name: str, day: str, code: str) -> None:
    decided(chain)
    chain.refused(code, "joint_first_home_visit", "VT-201", **{name: day})


def test_too_late_both_team_leads_hear_and_then_the_process_director(chain: Chain) -> None:
    decided(chain)
    chain.sweep("2026-05-04T08:00")
    assert chain.told("joint_first_home_visit", "R") == ["VT-201"]
    chain.sweep("2026-05-07T08:00")
    assert chain.told("joint_first_home_visit", "L1") == ["VT-201", "VT-209", "WT-209"]
    chain.sweep("2026-05-08T08:00")
    assert chain.told("joint_first_home_visit", "L2") == ["KR-001"]
