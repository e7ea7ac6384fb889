"""An action from a consultation: its own owner, its own date, its own reminders."""

import pytest

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import decided

WORD = "mda_action"


@pytest.fixture
def acting(chain: Chain) -> Chain:
    """Thu 21 May: a partner must start addiction care before Wed 10 Jun."""
    decided(chain).open("mda_consultation", "VT-201", "2026-05-11T10:00")
    chain.record("mda_consultation", "KR-002", weighed="accepted")
    action = {"action_1": "addiction_care", "action_1_by": "ZG-001", "action_1_due": "2026-06-10"}
    given = {"held_on": "2026-05-21", "family_present": "yes", "director": "WT-201", "outcome": "held"}
    chain.record("mda_consultation", "KR-002", "2026-05-21T12:00", **action, **given)
    return chain


def test_it_is_of_whom_the_consultation_named_until_the_date_agreed(acting: Chain) -> None:
    step = acting.step(WORD)
    assert (acting.due(WORD), step.owner, step.team, step.organisation) == (
        "2026-06-10",
        "ZG-001",
        "PARTNERS",
        "ZORG-KUST",
    )
    assert step.explanation == "datum afgesproken in het overleg"
    assert acting.told(WORD, "NOTICE") == ["ZG-001"]


def test_whoever_takes_part_records_it_and_nobody_who_sees_only_numbers(acting: Chain) -> None:
    assert acting.may_record(WORD) == VT | LOCAL | {"KR-002", "ZG-001"}


@pytest.mark.parametrize("outcome", ["done", "not_possible"])
def test_it_is_done_or_goes_back(acting: Chain, outcome: str) -> None:
    assert acting.follows(WORD, "ZG-001", "2026-06-01T09:00", done_on="2026-06-01", outcome=outcome) == set()
    acting.refused("KR-STAP-GESLOTEN", WORD, "ZG-001", outcome=outcome)


def test_too_late_the_owner_hears_and_both_team_leads(acting: Chain) -> None:
    acting.sweep("2026-06-09T08:00")
    assert acting.told(WORD, "R") == ["ZG-001"]
    acting.sweep("2026-06-11T08:00")
    assert acting.told(WORD, "L1") == ["ZG-001", "VT-209", "WT-209"]
