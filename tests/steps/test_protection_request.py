"""S20: a request to the Child Protection Board; the municipality is told, and Veilig Thuis keeps sight meanwhile."""

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import decided

WORD = "protection_request"
SENT = {"sent_on": "2026-04-28", "municipality_told": "yes"}


def test_it_has_ten_weeks_and_sight_stays_where_it_is(chain: Chain) -> None:
    decided(chain, WORD)
    assert (chain.due(WORD), chain.step(WORD).owner, chain.case.sight) == ("2026-07-07", "VT-201", "VT-KUST")


def test_only_veilig_thuis_requests_and_its_manager_may_open_one(chain: Chain) -> None:
    assert decided(chain).may_open(WORD) == VT | {"VT-990"}
    assert chain.may_record(WORD) == VT


@pytest.mark.parametrize("told", [{}, {"municipality_told": "no"}])
def test_it_does_not_close_before_the_municipality_was_told(chain: Chain, told: dict[str, str]) -> None:
    decided(chain, WORD)
    gaps = ("verzoek verzonden op", "gemeente geïnformeerd", "wat volgt hierna")
    assert chain.missing(WORD, "VT-201", **told, outcome="accepted") == gaps


@pytest.mark.parametrize(("after", "word"), [("handover", "warm_handover"), ("close", "close_case")])
@pytest.mark.parametrize("outcome", ["accepted", "advised_otherwise"])
def test_what_follows_is_chosen(chain: Chain, outcome: str, after: str, word: str) -> None:
    decided(chain, WORD)
    assert word in chain.follows(WORD, "VT-201", **SENT, after_service=after, outcome=outcome)
    chain.refused("KR-STAP-GESLOTEN", WORD, "VT-201", outcome=outcome)


def test_the_wait_for_the_board_is_a_cause_of_its_own(chain: Chain) -> None:
    decided(chain, WORD)
    chain.record(WORD, "VT-201", delay_cause="waits_for_partner")
    assert chain.step(WORD).waiting_cause == "waits_for_partner"
