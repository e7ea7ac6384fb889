"""The policy file: its values, and what a region may and may not change."""

from datetime import date
from pathlib import Path

import pytest

from domain.errors import PolicyRefusal, WrongUse
from domain.policy import Bound, Policy, Start, parse_policy
from domain.process import PROCESS
from domain.terms import Term, Unit
from integrations.policy_file import default_policy, load_policy

HEAD = 'version = "kustland-1"\n'
WD, WEEKS, HOURS = Unit.WORKING_DAYS, Unit.WEEKS, Unit.HOURS
TERMS = {
    "immediate_safety_check": Term(24, HOURS),
    "report_intake": Term(2, HOURS),
    "acute_action": Term(24, HOURS),
    "safety_assessment": Term(5, WD),
    "route_decision": Term(5, WD),
    "child_not_heard": Term(10, WD),
    "reporter_feedback_1": Term(1, WD),
    "reporter_feedback_2": Term(5, WD),
    "inform_persons_concerned": Term(4, WEEKS),
    "investigation": Term(10, WEEKS),
    "conditions_and_follow_up": Term(10, WEEKS),
    "joint_first_home_visit": Term(5, WD),
    "handover_acceptance": Term(5, WD),
    "local_first_contact": Term(5, WD),
    "life_area_map": Term(10, WD),
    "safety_plan": Term(10, WD),
    "one_plan": Term(6, WEEKS),
    "mda_convene": Term(10, WD),
    "monitoring": Term(3, Unit.MONTHS),
    "network_evaluation": Term(3, Unit.MONTHS),
    "waiting_safety_check": Term(7, Unit.DAYS),
    "trace_out_of_sight": Term(2, WD),
    "transfer_region": Term(5, WD),
    "retention": Term(20, Unit.YEARS, rolls=False),
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy()


@pytest.mark.parametrize("name", TERMS)
def test_the_default_clocks_are_those_of_the_process_catalogue(policy: Policy, name: str) -> None:
    assert policy.clock(name).term == TERMS[name]


def test_every_step_of_the_process_finds_its_clock(policy: Policy) -> None:
    for step in PROCESS:
        for name in filter(None, (step.first_clock, step.clock_for("1-7"), step.clock_for("2-7"))):
            assert policy.clock(name).term.amount > 0


def test_a_clock_that_does_not_exist_is_refused(policy: Policy) -> None:
    with pytest.raises(PolicyRefusal) as error:
        policy.clock("koffiepauze")
    assert error.value.code == "KR-BELEID-KLOK"


def test_every_value_has_a_source(policy: Policy) -> None:
    assert all(clock.source for clock in policy.clocks.values())
    assert all(policy.sources.values())
    assert {"escalation.ladder_hour", "clocks.retention", "calendar.decrees.2026"} <= set(policy.sources)


def test_the_statutory_terms_are_known_as_such(policy: Policy) -> None:
    statutory = {name for name, clock in policy.clocks.items() if clock.statutory}
    assert statutory == {
        "immediate_safety_check",
        "acute_action",
        "safety_assessment",
        "route_decision",
        "inform_persons_concerned",
        "investigation",
        "conditions_and_follow_up",
        "home_ban_advice",
        "deletion_request",
        "retention",
    }
    assert policy.clock("retention").bound is Bound.AT_LEAST


def test_only_informing_the_persons_concerned_can_be_extended(policy: Policy) -> None:
    extensions = {name: clock.extension for name, clock in policy.clocks.items() if clock.extension}
    assert extensions == {"inform_persons_concerned": Term(2, WEEKS)}


def test_the_ten_weeks_are_counted_from_the_service_and_from_the_report(policy: Policy) -> None:
    for name in ("investigation", "conditions_and_follow_up"):
        clock = policy.clock(name)
        assert (clock.start, clock.also_from) == (Start.SERVICE_START, Start.REPORT_RECEIVED)
        assert not clock.counts_from_report
    assert policy.clock("safety_assessment").counts_from_report


def test_the_other_values_are_those_of_the_process_catalogue(policy: Policy) -> None:
    ladder = policy.escalation
    assert (ladder.remind_before_wd, ladder.monitoring) == (1, (10, 5))
    assert (ladder.l2_after_wd, ladder.l3_after_wd, ladder.l4_after_wd) == (2, 5, 10)
    assert (ladder.acute_repeat_minutes, ladder.ladder_hour) == (15, 8)
    assert policy.monitoring_months == (3, 12, 18)
    assert (policy.mda.reports_in_12_months, policy.mda.low_areas) == (3, 3)
    assert (policy.privacy.suppress_below, policy.privacy.round_to) == (10, 5)
    assert policy.norms.safety_assessment_on_time == (0.8, 0.9)
    assert policy.information.fortnightly_anchor == date(2026, 1, 5)
    assert policy.out_of_sight.missed_contacts == 2


def test_the_calendar_is_made_once_and_knows_the_decrees_of_2023_to_2028(policy: Policy) -> None:
    calendar = policy.calendar()
    assert calendar is policy.calendar()
    assert calendar.loaded_years == set(range(2023, 2029))
    assert calendar.equated_count_as_working
    days = ["2023-04-28", "2023-05-19", "2024-05-10", "2024-12-27", "2025-05-30", "2026-01-02", "2026-05-15"]
    days += ["2027-05-07", "2028-04-28", "2028-05-26"]
    assert all((calendar.equated(date.fromisoformat(day)) or "").startswith("dag na ") for day in days)


def test_a_policy_cannot_be_changed_once_made(policy: Policy) -> None:
    with pytest.raises(ValueError, match="frozen"):
        policy.escalation.ladder_hour = 9  # type: ignore[misc]


def test_an_error_in_the_default_names_the_default() -> None:
    text = default_policy().replace("ladder_hour = { value = 8,", "ladder_hour = { value = 80,")
    with pytest.raises(PolicyRefusal) as error:
        parse_policy(text)
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith("ladder_hour"))
    assert error.value.places == {"document": "standaardbeleid", "line": line}


def test_a_default_that_lacks_a_value_is_refused() -> None:
    with pytest.raises(PolicyRefusal) as error:
        parse_policy(default_policy().replace("[out_of_sight]\nmissed_contacts", "[out_of_sight]\nmissed"))
    assert error.value.code == "KR-BELEID-WAARDE"


def test_the_policy_is_read_from_disk_with_the_file_of_the_region_over_it(tmp_path: Path) -> None:
    file = tmp_path / "beleid.toml"
    file.write_text("\ufeff" + HEAD + "clocks.one_plan = { weeks = 5, source = 'eigen' }\n", encoding="utf-8")
    assert load_policy(file).clock("one_plan").term == Term(5, WEEKS)
    assert load_policy().clock("one_plan").term == Term(6, WEEKS)


def test_a_file_that_cannot_be_read_is_wrong_use(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'version = "\xe9"')
    for file in (tmp_path / "bestaat-niet.toml", tmp_path, latin):
        with pytest.raises(WrongUse) as error:
            load_policy(file)
        assert error.value.code == "KR-BESTAND"
