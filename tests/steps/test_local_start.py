"""S17: the local team meets the family within five working days, and one director is named (clock C10)."""

import pytest

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import handed_over

WORD = "local_start"
MET = {"first_contact_on": "2026-06-09", "director": "WT-202"}


def test_it_is_due_five_working_days_after_the_hand_over(chain: Chain) -> None:
    handed_over(chain)
    assert (chain.due(WORD), chain.step(WORD).owner) == ("2026-06-11", "WT-201")


def test_both_parties_record_and_nobody_else(chain: Chain) -> None:
    assert handed_over(chain).may_record(WORD) == VT | LOCAL


def test_it_does_not_start_without_contact_and_director(chain: Chain) -> None:
    handed_over(chain)
    assert chain.missing(WORD, "WT-201", outcome="started") == ("datum eerste contact", "casusregisseur")


def test_started_the_case_is_monitored_and_the_network_is_asked_in_three_months(chain: Chain) -> None:
    handed_over(chain)
    opened = chain.follows(WORD, "WT-201", "2026-06-09T16:00", **MET, help_request="doubts", outcome="started")
    assert opened == set()
    assert (chain.case.state, chain.case.local_professional) == ("monitoring", "WT-202")
    assert (chain.step("network_evaluation").state, chain.due("network_evaluation")) == ("planned", "2026-09-09")
    assert chain.step("network_evaluation").owner == "WT-202"
    chain.refused("KR-STAP-GESLOTEN", WORD, "WT-201", outcome="not_reached")


@pytest.mark.parametrize(("outcome", "given", "state"), [
    ("not_reached", {}, "handed_over"),
    ("refused", MET, "monitoring"),
])  # fmt: skip
def test_a_family_that_is_not_reached_or_refuses_is_not_let_go(
    chain: Chain, outcome: str, given: dict[str, str], state: str
) -> None:
    handed_over(chain)
    assert chain.follows(WORD, "WT-201", "2026-06-10T10:00", **given, outcome=outcome) == {"out_of_sight"}
    assert (chain.case.state, chain.case.sight) == (state, "CJG-MEERDORP")
    assert chain.planned_words() == ["monitoring"] * 3


def test_too_late_both_team_leads_hear_and_then_the_process_director(chain: Chain) -> None:
    handed_over(chain)
    chain.sweep("2026-06-12T08:00")
    assert chain.told(WORD, "L1") == ["WT-201", "WT-209", "VT-209"]
    chain.sweep("2026-06-15T08:00")
    assert chain.told(WORD, "L2") == ["KR-001"]
