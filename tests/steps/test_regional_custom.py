"""Route VT-01-04: a service the region defines; ten weeks by its own policy, and then something follows."""

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import decided

WORD = "regional_custom"


def test_it_has_its_own_ten_weeks(chain: Chain) -> None:
    decided(chain, WORD)
    assert (chain.due(WORD), chain.step(WORD).owner, chain.case.status) == ("2026-07-07", "VT-201", "VT-01-04")


def test_only_veilig_thuis_records_it(chain: Chain) -> None:
    assert decided(chain, WORD).may_record(WORD) == VT


def test_it_does_not_close_before_it_is_known_what_follows(chain: Chain) -> None:
    decided(chain, WORD)
    assert chain.missing(WORD, "VT-201", outcome="ended") == ("wat volgt na het maatwerk",)


@pytest.mark.parametrize(
    ("after", "word"),
    [("handover", "warm_handover"), ("protection_request", "protection_request"), ("close", "close_case")],
)
@pytest.mark.parametrize("outcome", ["ended", "ended_early"])
def test_what_follows_is_chosen(chain: Chain, outcome: str, after: str, word: str) -> None:
    decided(chain, WORD)
    assert word in chain.follows(WORD, "VT-201", after_service=after, outcome=outcome)
    chain.refused("KR-STAP-GESLOTEN", WORD, "VT-201", outcome=outcome)
