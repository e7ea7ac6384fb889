"""S02: a report is read within two hours, and its clocks run from receipt, whoever reads it when."""

import pytest

from domain.errors import RoleRefusal
from tests.chain import Chain
from tests.region import VT


def test_the_duty_desk_has_two_hours_to_read_a_report(chain: Chain) -> None:
    chain.report(accepted_by="")
    step = chain.step("report_intake")
    assert (step.owner, chain.due("report_intake")) == ("VT-911", "2026-04-21 00:05")
    assert chain.told("report_intake", "NOTICE") == ["VT-911"]
    assert chain.open_words() == ["report_intake"]
    assert (chain.case.state, chain.case.sight) == ("received", "VT-KUST")


def test_only_veilig_thuis_takes_in_a_report(chain: Chain) -> None:
    chain.report(accepted_by="")
    assert chain.may_record("report_intake") == VT


def test_an_accepted_report_opens_the_assessment_with_clocks_from_receipt(chain: Chain) -> None:
    chain.report(accepted_by="")
    opened = chain.follows("report_intake", "VT-911", "2026-04-21T09:30", outcome="accepted")
    assert opened == {"immediate_safety_check", "history_check", "safety_assessment", "persons_informed"}
    assert chain.planned_words() == ["route_decision"]
    assert chain.case.state == "in_assessment"
    dues = {word: chain.due(word) for word in (*opened, "route_decision")}
    assert dues == {
        "immediate_safety_check": "2026-04-21 22:05",
        "history_check": "2026-04-28",
        "safety_assessment": "2026-04-28",
        "route_decision": "2026-04-28",
        "persons_informed": "2026-05-18",
    }


def test_a_report_that_was_judged_before_it_came_in_needs_no_reading(chain: Chain) -> None:
    chain.report(accepted_by="VT-202")
    intake = chain.step("report_intake")
    assert (intake.state, intake.outcome, intake.next_action_at) == ("done", "accepted", None)
    assert "safety_assessment" in chain.open_words()


def test_whoever_has_no_role_at_veilig_thuis_cannot_have_accepted_a_report(chain: Chain) -> None:
    with pytest.raises(RoleRefusal) as refused:
        chain.report(accepted_by="CM-001")
    assert refused.value.code == "KR-ROL"


@pytest.mark.parametrize(("outcome", "status"), [("not_admissible", "VT-00"), ("wrong_address", "VT-99")])
def test_a_report_that_is_not_ours_ends_its_case_with_its_status(chain: Chain, outcome: str, status: str) -> None:
    chain.report(accepted_by="")
    assert chain.follows("report_intake", "VT-202", outcome=outcome) == set()
    case = chain.case
    assert (case.state, case.status, case.sight) == ("closed", status, "")
    assert f"{case.retention_until}" == "2046-04-20"
    assert (chain.open_words(), chain.planned_words()) == ([], [])


def test_an_unread_report_is_heard_of_after_two_hours_also_at_night(chain: Chain) -> None:
    chain.report(accepted_by="")
    assert chain.sweep("2026-04-21T00:04").steps == 0
    chain.sweep("2026-04-21T00:05")
    assert sorted(chain.told("report_intake", "L1")) == ["VT-209", "VT-911"]


def test_an_unread_report_that_may_be_acute_alarms_at_once_and_every_15_minutes(chain: Chain) -> None:
    chain.report("2026-04-03T15:45", accepted_by="", possibly_acute=True)
    assert chain.told("report_intake", "ACUTE") == ["VT-911"]
    assert chain.sweep().planned == 0
    chain.sweep("2026-04-03T16:00")
    assert chain.told("report_intake", "ACUTE") == ["VT-911", "VT-911", "VT-209"]
    chain.acknowledge("report_intake", "VT-911", "2026-04-03T16:05")
    assert chain.sweep("2026-04-03T17:44").planned == 0
    chain.sweep("2026-04-03T17:45")  # heard is not read: the two hours run on
    assert sorted(chain.told("report_intake", "L1")) == ["VT-209", "VT-911"]


def test_the_alarm_of_an_unread_report_is_over_when_it_is_read(chain: Chain) -> None:
    chain.report(accepted_by="", possibly_acute=True)
    chain.record("report_intake", "VT-911", "2026-04-20T22:10", outcome="not_admissible")
    assert chain.sweep("2026-04-21T10:00").planned == 0


def test_the_judging_of_danger_alarms_of_its_own_after_an_alarming_report_was_read(chain: Chain) -> None:
    chain.report(accepted_by="", possibly_acute=True)
    chain.record("report_intake", "VT-911", "2026-04-20T22:10", outcome="accepted")
    chain.sweep("2026-04-20T22:25")
    assert chain.told("immediate_safety_check", "ACUTE") == ["VT-911", "VT-911", "VT-209"]
    assert chain.told("report_intake", "ACUTE") == ["VT-911"]


def test_a_report_that_may_be_acute_and_was_judged_before_it_came_in_does_not_alarm_to_be_read(chain: Chain) -> None:
    chain.report(accepted_by="VT-911", possibly_acute=True)
    assert chain.messages("report_intake") == []
    assert not chain.step("report_intake").acute


def test_a_report_that_was_read_cannot_be_read_otherwise(chain: Chain) -> None:
    chain.report()
    chain.refused("KR-STAP-GESLOTEN", "report_intake", "VT-911", outcome="wrong_address")
