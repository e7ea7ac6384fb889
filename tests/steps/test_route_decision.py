"""S07: the route after the assessment, always with a second reader; the status is what the reporter's system hears."""

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import assessed, decided, reported

FEEDBACK, VISIT = "reporter_feedback", "joint_first_home_visit"
ROUTES = [
    ("handover", "VT-01-02", "decided", {FEEDBACK, VISIT, "warm_handover"}),
    ("conditions_and_follow_up", "VT-01-01", "in_service", {FEEDBACK, VISIT, "conditions_and_follow_up"}),
    ("investigation", "VT-01-01", "in_service", {FEEDBACK, "investigation"}),
    ("no_follow_up", "VT-01-03", "decided", {FEEDBACK, "close_case"}),
    ("regional_custom", "VT-01-04", "in_service", {FEEDBACK, VISIT, "regional_custom"}),
    ("protection_request", "VT-01-01", "in_service", {FEEDBACK, "protection_request"}),
]


def test_it_is_planned_with_the_due_date_of_the_assessment_and_waits_for_it(chain: Chain) -> None:
    reported(chain)
    assert (chain.step("route_decision").state, chain.due("route_decision")) == ("planned", "2026-04-28")
    chain.refused("KR-STAP-GEPLAND", "route_decision", "VT-201", outcome="handover")


def test_only_veilig_thuis_decides(chain: Chain) -> None:
    assert assessed(chain).may_record("route_decision") == VT


@pytest.mark.parametrize(("route", "status", "state", "opened"), ROUTES)
def test_each_route_has_its_status_its_state_and_its_steps(
    chain: Chain, route: str, status: str, state: str, opened: set[str]
) -> None:
    assessed(chain)
    assert chain.record("route_decision", "VT-201", outcome=route, investigation_ground="denial").waits_for
    assert "route_decision" in chain.open_words()
    assert chain.follows("route_decision", "VT-209", approval="yes") == opened
    assert (chain.case.status, chain.case.state, chain.case.sight) == (status, state, "VT-KUST")


def test_what_follows_is_due_by_the_policy(chain: Chain) -> None:
    decided(chain)
    dues = [chain.due(word) for word in (FEEDBACK, VISIT, "conditions_and_follow_up")]
    assert dues == ["2026-04-29", "2026-05-06", "2026-07-07"]


def test_an_investigation_needs_its_ground(chain: Chain) -> None:
    assessed(chain)
    assert chain.missing("route_decision", "VT-201", outcome="investigation") == ("grond voor onderzoek",)
    assert chain.record("route_decision", "VT-201", outcome="investigation", investigation_ground="thin").waits_for


@pytest.mark.parametrize("code", ["VT-201", "VT-990", "WT-209", "KR-001", "CM-001"])
def test_the_second_reader_is_someone_else_of_veilig_thuis(chain: Chain, code: str) -> None:
    assessed(chain)
    chain.record("route_decision", "VT-202", outcome="handover")
    chain.refused("KR-EIGEN-AKKOORD", "route_decision", code, approval="yes")
    chain.refused("KR-EIGEN-AKKOORD", "route_decision", "VT-202", approval="yes")
    assert "warm_handover" in chain.follows("route_decision", "VT-203", approval="yes")


def test_the_team_lead_is_asked_for_the_second_look_once(chain: Chain) -> None:
    assessed(chain)
    chain.record("route_decision", "VT-201", outcome="handover")
    chain.record("route_decision", "VT-201", outcome="no_follow_up")
    assert chain.told("route_decision", "SECOND") == ["VT-209"]


def test_a_team_lead_who_decides_is_not_asked_to_look_again_but_an_expert_is(chain: Chain) -> None:
    assessed(chain)
    chain.record("route_decision", "VT-209", outcome="handover")
    assert chain.told("route_decision", "SECOND") == ["VT-901"]


def test_another_route_after_the_approval_was_refused_needs_approval_again(chain: Chain) -> None:
    assessed(chain)
    chain.record("route_decision", "VT-201", outcome="no_follow_up")
    assert chain.missing("route_decision", "VT-209", approval="no") == ("de tweede persoon is niet akkoord",)
    assert chain.record("route_decision", "VT-201", outcome="protection_request").waits_for
    assert chain.missing("route_decision", "VT-209", approval="no") == ("de tweede persoon is niet akkoord",)
    assert chain.record("route_decision", "VT-201", outcome="handover").waits_for
    assert "warm_handover" in chain.follows("route_decision", "VT-209", approval="yes")


def test_a_reader_who_changes_the_route_does_not_approve_it_by_the_same_answer(chain: Chain) -> None:
    assessed(chain)
    chain.record("route_decision", "VT-201", outcome="no_follow_up")
    assert chain.record("route_decision", "VT-209", outcome="handover", approval="yes").waits_for
    chain.refused("KR-EIGEN-AKKOORD", "route_decision", "VT-209", approval="yes")


def test_approval_is_not_asked_before_there_is_a_route(chain: Chain) -> None:
    assessed(chain)
    assert "approval" not in chain.asked("route_decision")
    chain.refused("KR-VRAAG-ONBEKEND", "route_decision", "VT-209", approval="yes")


def test_the_professional_of_the_local_team_becomes_the_owner_of_local_steps(chain: Chain) -> None:
    decided(chain)
    assert chain.case.local_professional == "WT-201"
    chain.record(VISIT, "VT-201", seen_C="yes", seen_D="yes", told_voluntary="yes", outcome="joint")
    assert chain.step("life_area_map").owner == "WT-201"


def test_someone_who_sees_only_numbers_cannot_be_made_owner_of_anything(chain: Chain) -> None:
    assessed(chain)
    chain.refused("KR-KEUZE-ONGELDIG", "route_decision", "VT-201", outcome="handover", local_professional="CM-001")
    assert not {"CM-001", "AO-001", "SG-001"} & set(chain.form("route_decision").codes)


def test_no_feedback_opens_for_a_reporter_who_wants_none(chain: Chain) -> None:
    chain.report(persons="A:adult:1988", feedback_wanted=False)
    chain.record("immediate_safety_check", "VT-911", outcome="not_acute")
    chain.record("history_check", "VT-201", register="no_match", outcome="first")
    chain.record("safety_assessment", "VT-201", heard_A="yes", outcome="no_unsafety")
    chain.record("route_decision", "VT-201", outcome="no_follow_up")
    assert chain.follows("route_decision", "VT-209", approval="yes") == {"close_case"}
    chain.refused("KR-STAP-GESLOTEN", "route_decision", "VT-201", outcome="handover")
