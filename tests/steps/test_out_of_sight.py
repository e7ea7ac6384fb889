"""S19: out of sight is a step with an owner and a clock, never a reason to close by itself (clock C19)."""

from typing import Any

import pytest

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import decided, handed_over

WORD = "out_of_sight"
KNOWN: dict[str, Any] = {"trigger": "moved", "last_seen_on": "2026-05-08", "tries": 3}
FOLLOWS = [
    ("back_in_sight", set()),
    ("moved_within_region", set()),
    ("moved_other_region", {"transfer_region"}),
    ("abroad", {"protection_request"}),
    ("unsafe", {"protection_request"}),
]


def lost(chain: Chain) -> Chain:
    """Mon 11 May: the family cannot be reached."""
    decided(chain).open(WORD, "VT-201", "2026-05-11T10:00")
    return chain


def test_the_search_starts_in_two_working_days_and_is_decided_in_ten(chain: Chain) -> None:
    lost(chain)
    assert (chain.due(WORD), chain.step(WORD).owner) == ("2026-05-13", "VT-201")
    chain.record(WORD, "VT-201", "2026-05-12T10:00", tries=1)
    assert chain.due(WORD) == "2026-05-27"
    chain.record(WORD, "VT-201", "2026-05-18T10:00", tries=2)
    assert (chain.due(WORD), chain.step(WORD).deadline_version) == ("2026-05-27", 2)


def test_both_parties_search_and_report_it_and_nobody_else(chain: Chain) -> None:
    assert decided(chain).may_open(WORD) == VT | LOCAL
    assert chain.may_record(WORD) == VT | LOCAL


def test_a_decision_names_trigger_last_sight_and_tries(chain: Chain) -> None:
    lost(chain)
    gaps = ("aanleiding", "laatst gezien op", "aantal pogingen")
    assert chain.missing(WORD, "VT-201", outcome="back_in_sight") == gaps


@pytest.mark.parametrize(("outcome", "opened"), FOLLOWS)
def test_what_was_found_says_what_follows(chain: Chain, outcome: str, opened: set[str]) -> None:
    lost(chain)
    assert chain.follows(WORD, "VT-201", **KNOWN, outcome=outcome) == opened
    assert chain.case.state == "in_service"
    chain.refused("KR-STAP-GESLOTEN", WORD, "VT-201", outcome=outcome)


def test_ending_the_search_takes_two_people(chain: Chain) -> None:
    lost(chain)
    assert chain.record(WORD, "VT-201", **KNOWN, outcome="responsibly_ended").waits_for
    for code in ("VT-201", "VT-202", "WT-209", "KR-001"):
        chain.refused("KR-EIGEN-AKKOORD", WORD, code, approval="yes")
    assert chain.missing(WORD, "VT-901", approval="no") == ("de tweede persoon is niet akkoord",)
    assert chain.follows(WORD, "VT-901", approval="yes") == {"close_case"}
    assert chain.case.state == "in_service"


def test_another_outcome_needs_no_second_person(chain: Chain) -> None:
    lost(chain)
    chain.record(WORD, "VT-201", **KNOWN, outcome="responsibly_ended")
    assert chain.follows(WORD, "VT-201", outcome="unsafe") == {"protection_request"}


def test_found_again_before_the_local_team_ever_met_them_the_first_contact_is_owed_anew(chain: Chain) -> None:
    handed_over(chain).record("local_start", "WT-201", "2026-06-10T10:00", outcome="not_reached")
    found = {**KNOWN, "outcome": "back_in_sight"}
    assert chain.follows(WORD, "WT-201", "2026-06-12T10:00", **found) == {"local_start"}
    assert chain.due("local_start") == "2026-06-19"
