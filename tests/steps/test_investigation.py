"""S12: findings within ten weeks; the family knows who was asked, and something follows."""

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import decided

WORD = "investigation"


def test_it_has_ten_weeks_from_the_decision_and_shows_them_from_the_report_too(chain: Chain) -> None:
    decided(chain, WORD)
    assert (chain.due(WORD), chain.step(WORD).owner) == ("2026-07-07", "VT-201")
    assert f"{chain.step(WORD).due_other_at:%Y-%m-%d}" == "2026-06-29"


def test_only_veilig_thuis_investigates(chain: Chain) -> None:
    assert decided(chain, WORD).may_record(WORD) == VT


def test_it_does_not_close_before_it_is_known_what_follows(chain: Chain) -> None:
    decided(chain, WORD)
    gaps = ("betrokkenen weten bij wie is gevraagd", "wat volgt na het onderzoek")
    assert chain.missing(WORD, "VT-201", informants=3, outcome="confirmed") == gaps
    assert chain.form(WORD).values["informants"] == 3


@pytest.mark.parametrize("outcome", ["confirmed", "not_confirmed", "refuted", "closed_early"])
@pytest.mark.parametrize(
    ("after", "word"),
    [("handover", "warm_handover"), ("protection_request", "protection_request"), ("close", "close_case")],
)
def test_whatever_was_found_what_follows_is_a_choice_of_its_own(
    chain: Chain, outcome: str, after: str, word: str
) -> None:
    decided(chain, WORD)
    given = {"family_told": "yes", "after_service": after, "outcome": outcome}
    assert word in chain.follows(WORD, "VT-201", **given)
    chain.refused("KR-STAP-GESLOTEN", WORD, "VT-201", outcome=outcome)


def test_too_late_the_team_lead_hears_and_then_the_manager(chain: Chain) -> None:
    decided(chain, WORD)
    chain.sweep("2026-07-08T08:00")
    assert chain.told(WORD, "L1") == ["VT-201", "VT-209"]
    chain.sweep("2026-07-09T08:00")
    assert chain.told(WORD, "L2") == ["VT-990"]
