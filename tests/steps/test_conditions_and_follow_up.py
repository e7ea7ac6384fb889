"""S11: what must at least happen to be directly safe, and who sees to it; ten weeks, counted twice."""

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import decided, handed_over

WORD = "conditions_and_follow_up"


def test_the_ten_weeks_run_from_the_service_and_are_shown_from_the_report_too(chain: Chain) -> None:
    decided(chain)
    step = chain.step(WORD)
    assert (chain.due(WORD), step.owner) == ("2026-07-07", "VT-201")
    assert f"{step.due_other_at:%Y-%m-%d}" == "2026-06-29"
    assert "29-06-2026" in step.explanation


def test_only_veilig_thuis_sets_conditions(chain: Chain) -> None:
    assert decided(chain).may_record(WORD) == VT


def test_it_does_not_close_without_a_condition(chain: Chain) -> None:
    decided(chain)
    assert chain.missing(WORD, "VT-201", outcome="conditions_met") == ("ten minste één voorwaarde",)
    given = {"condition_1": "emergency_plan", "condition_1_by": "ZG-001", "outcome": "conditions_met"}
    assert chain.follows(WORD, "VT-201", **given) == {"warm_handover"}
    chain.refused("KR-STAP-GESLOTEN", WORD, "VT-201", outcome="conditions_met")


@pytest.mark.parametrize(("act", "word"), [("offer_handover", "warm_handover"), ("request_mda", "mda_consultation")])
def test_while_it_runs_it_starts_the_next_act(chain: Chain, act: str, word: str) -> None:
    decided(chain)
    assert chain.record(WORD, "VT-201", next_act=act).state == "open"
    assert chain.open_words().count(word) == 1


def test_a_consultation_that_was_not_accepted_can_be_requested_again(chain: Chain) -> None:
    decided(chain)
    chain.record(WORD, "VT-201", next_act="request_mda")
    given = {"not_accepted_reason": "crisis_first", "outcome": "not_accepted"}
    chain.record("mda_consultation", "KR-002", **given)
    chain.record(WORD, "VT-201", next_act="request_mda")
    assert "mda_consultation" in chain.open_words()


@pytest.mark.parametrize("route", ["investigation", "protection_request"])
def test_when_the_family_stops_something_else_follows(chain: Chain, route: str) -> None:
    decided(chain)
    assert chain.missing(WORD, "VT-201", outcome="cooperation_stopped") == ("wat volgt na het stoppen",)
    assert chain.follows(WORD, "VT-201", stopped_route=route, outcome="cooperation_stopped") == {route}
    assert chain.case.state == "in_service"


def test_it_ends_when_the_hand_over_is_accepted(chain: Chain) -> None:
    handed_over(chain)
    step = chain.step(WORD)
    assert (step.state, step.outcome, step.next_action_at) == ("cancelled", "handed_over", None)
