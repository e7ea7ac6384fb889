"""S24: every three months the family, its network and the professionals look at the agreements (clock C17)."""

import pytest

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import started

WORD = "network_evaluation"
HELD = {"held_on": "2026-09-07", "family_present": "yes", "agreements_kept": "most"}


@pytest.fixture
def evaluating(chain: Chain) -> Chain:
    """Wed 26 Aug 2026 08:00: the sweep has opened the evaluation, ten working days ahead."""
    started(chain).sweep("2026-08-26T08:00")
    return chain


def test_it_is_planned_three_months_after_first_contact_and_opens_by_itself(chain: Chain) -> None:
    started(chain)
    assert (chain.step(WORD).state, chain.due(WORD), chain.step(WORD).owner) == ("planned", "2026-09-09", "WT-201")
    assert chain.sweep("2026-08-25T08:00").opened == 1  # the first monitoring moment
    assert chain.sweep("2026-08-26T08:00").opened == 1
    assert chain.told(WORD, "NOTICE") == ["WT-201"]


def test_both_parties_record_and_nobody_else(evaluating: Chain) -> None:
    assert evaluating.may_record(WORD) == VT | LOCAL


def test_it_says_when_who_and_what(evaluating: Chain) -> None:
    gaps = ("datum", "gezin aanwezig?", "afspraken nagekomen")
    assert evaluating.missing(WORD, "WT-201", "2026-09-07T10:00", outcome="held") == gaps


def test_held_it_comes_back_in_three_months(evaluating: Chain) -> None:
    assert evaluating.follows(WORD, "WT-201", "2026-09-07T10:00", **HELD, outcome="held") == set()
    assert (evaluating.step(WORD).state, evaluating.due(WORD)) == ("planned", "2026-12-07")


def test_the_last_one_does_not_come_back(evaluating: Chain) -> None:
    assert evaluating.follows(WORD, "WT-201", "2026-09-07T10:00", **HELD, outcome="last") == set()
    assert WORD not in evaluating.planned_words()
    evaluating.refused("KR-STAP-GESLOTEN", WORD, "WT-201", outcome="held")
