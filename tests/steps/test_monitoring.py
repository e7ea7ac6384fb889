"""S18: is it safe and does it stay safe; by the same worker, at moments set ahead, and never ending silently."""

import pytest

from domain.asks import THEMES
from tests.chain import Chain
from tests.region import VT
from tests.stages import started

WORD = "monitoring"
HEARD = {"heard_C": "yes", "heard_D": "no"}
MET = {f"theme_{theme.value}": "met" for theme in THEMES} | HEARD
SAFE = MET | {"judgement": "stably_safe"}


@pytest.fixture
def monitored(chain: Chain) -> Chain:
    """Fri 21 Aug 2026 08:00: the sweep has opened the first of three moments."""
    started(chain).sweep("2026-08-21T08:00")
    return chain


def last(chain: Chain) -> Chain:
    """Two moments were done, the third is open."""
    for number, day in ((1, "2026-09-02T10:00"), (2, "2027-06-02T10:00")):
        chain.record(f"{WORD}/{number}", "VT-201", day, **SAFE, outcome="continue")
    return chain.at("2027-12-01T10:00")


def test_three_moments_are_set_when_the_hand_over_is_accepted(chain: Chain) -> None:
    started(chain)
    moments = [(chain.step(f"{WORD}/{n}").state, chain.due(f"{WORD}/{n}")) for n in (1, 2, 3)]
    assert moments == [("planned", "2026-09-04"), ("planned", "2027-06-04"), ("planned", "2027-12-06")]
    assert {chain.step(f"{WORD}/{n}").owner for n in (1, 2, 3)} == {"VT-201"}


def test_a_moment_opens_by_itself_ten_working_days_ahead_and_reminds_twice(monitored: Chain) -> None:
    assert monitored.open_words().count(WORD) == 1
    assert monitored.told(WORD, "R10") == ["VT-201"]
    assert monitored.told(WORD, "NOTICE") == []
    monitored.sweep("2026-08-28T08:00")
    assert monitored.told(WORD, "R5") == ["VT-201"]


def test_after_an_outage_only_the_nearest_reminder_is_said(chain: Chain) -> None:
    started(chain).sweep("2026-08-31T09:00")
    said = [(message.rung, message.state) for message in chain.messages(WORD)]
    assert sorted(said) == [("R10", "skipped"), ("R5", "planned")]


def test_only_veilig_thuis_monitors(monitored: Chain) -> None:
    assert monitored.may_record(WORD) == VT


def test_it_asks_the_eight_themes_and_each_child(monitored: Chain) -> None:
    gaps = monitored.missing(WORD, "VT-201", theme_agreements_kept="met", outcome="continue")
    assert len(gaps) == 7 + 2 + 1
    assert gaps[-3:] == ("Kind C: gehoord?", "Kind D: gehoord?", "oordeel")


def test_going_on_leaves_the_later_moments_as_they_are(monitored: Chain) -> None:
    given = MET | {"theme_help_started": "not_met", "waits_for_help": "addiction_care", "judgement": "directly_safe"}
    assert monitored.follows(WORD, "VT-201", "2026-09-02T10:00", **given, outcome="continue") == set()
    assert [monitored.due(f"{WORD}/{n}") for n in (2, 3)] == ["2027-06-04", "2027-12-06"]
    assert monitored.case.state == "monitoring"
    first = next(step for step in monitored.steps(WORD) if step.subject == "1")
    monitored.refused("KR-STAP-GESLOTEN", f"{WORD}#{first.id}", "VT-201", outcome="close")


def test_after_the_last_moment_another_is_set(monitored: Chain) -> None:
    last(monitored).record(f"{WORD}/3", "VT-201", **SAFE, outcome="continue")
    step = monitored.step(f"{WORD}/4")
    assert (step.state, monitored.due(f"{WORD}/4"), step.owner) == ("planned", "2028-03-01", "VT-201")


def test_a_new_intervention_asks_a_new_safety_plan(monitored: Chain) -> None:
    given = MET | {"judgement": "not_safe", "outcome": "new_intervention"}
    assert monitored.follows(WORD, "VT-201", "2026-09-02T10:00", **given) == {"safety_plan"}


def test_back_to_veilig_thuis_starts_a_new_assessment_and_brings_sight_back(monitored: Chain) -> None:
    given = MET | {"judgement": "not_safe", "outcome": "back_to_vt"}
    opened = monitored.follows(WORD, "VT-201", "2026-09-02T10:00", **given)
    assert opened == {"immediate_safety_check", "history_check", "safety_assessment"}
    assert (monitored.case.sight, monitored.case.state) == ("VT-KUST", "in_assessment")
    assert monitored.due("safety_assessment") == "2026-09-09"
    assert "route_decision" in monitored.planned_words()


@pytest.mark.parametrize("answer", ["partly", "not_met", "unknown"])
def test_a_theme_that_is_not_met_or_unknown_keeps_the_case_open(monitored: Chain, answer: str) -> None:
    given = SAFE | {"theme_basic_care": answer, "outcome": "close"}
    gap = ("nog niet gehaald: Verzorging, school en zorg op orde",)
    assert monitored.missing(WORD, "VT-201", "2026-09-02T10:00", **given) == gap


@pytest.mark.parametrize("judgement", ["not_safe", "directly_safe"])
def test_closing_needs_stable_safety(monitored: Chain, judgement: str) -> None:
    given = MET | {"judgement": judgement, "outcome": "close"}
    gap = ("oordeel stabiel veilig of hersteld",)
    assert monitored.missing(WORD, "VT-201", "2026-09-02T10:00", **given) == gap


@pytest.mark.parametrize("judgement", ["stably_safe", "recovered"])
def test_closing_is_prepared_and_the_other_moments_lapse(monitored: Chain, judgement: str) -> None:
    given = MET | {"judgement": judgement, "outcome": "close"}
    assert monitored.follows(WORD, "VT-201", "2026-09-02T10:00", **given) == {"close_case"}
    assert monitored.planned_words() == []
    assert monitored.case.state == "monitoring"


def test_a_moment_that_is_ripe_opens_at_the_first_answer_when_no_sweep_came_by(chain: Chain) -> None:
    started(chain)
    assert chain.record(f"{WORD}/1", "VT-201", "2026-08-24T10:00", new_incident="no").state == "open"
    assert chain.step(f"{WORD}/1").state == "open"
