"""C14: one family, one plan, one director, within six weeks; safety agreements stand in it, asked for or not."""

import pytest

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import handed_over

WORD = "one_plan"


def test_it_is_due_six_weeks_after_the_hand_over(chain: Chain) -> None:
    handed_over(chain)
    assert (chain.due(WORD), chain.step(WORD).owner) == ("2026-07-16", "WT-201")


def test_both_parties_record_and_nobody_else(chain: Chain) -> None:
    assert handed_over(chain).may_record(WORD) == VT | LOCAL


@pytest.mark.parametrize("outcome", ["agreed", "without_family"])
def test_a_plan_holds_safety_agreements_also_without_a_request_for_help(chain: Chain, outcome: str) -> None:
    handed_over(chain)
    gap = ("veiligheidsafspraken in het plan",)
    assert chain.missing(WORD, "WT-201", goals=3, outcome=outcome) == gap
    assert chain.missing(WORD, "WT-201", safety_agreements="no", outcome=outcome) == gap
    assert chain.form(WORD).values == {"goals": 3, "safety_agreements": "no"}
    assert chain.follows(WORD, "WT-201", safety_agreements="yes", outcome=outcome) == set()
    chain.refused("KR-STAP-GESLOTEN", WORD, "WT-201", outcome=outcome)
