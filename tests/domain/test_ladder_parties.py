"""The ladder's parties: who hears which rung, never nobody, and after an outage each the highest once (domain 2.2)."""

from datetime import UTC, datetime
from itertools import product

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from domain.ladder import COUNTS, Decision, addressees, words
from domain.parties import Professional, Role, Roster
from domain.process import PROCESS, step_of
from domain.step import Step

NORMAL, CHAIN, READ, ALARM = (
    step_of(word) for word in ("safety_assessment", "warm_handover", "report_intake", "acute_action")
)
VT, WT = "VT-MIDDEN", "WT-MEERDORP"
TEAMS = (VT, WT)


def person(code: str, role: Role, team: str = "KETEN") -> Professional:
    return Professional(code, frozenset({role}), "ORG", team)


EVERYONE = (
    person("VT-1", Role.VT_WORKER, VT),
    person("VT-2", Role.VT_TEAM_LEAD, VT),
    person("VT-3", Role.VT_ON_CALL, VT),
    person("VT-4", Role.VT_MANAGER, "VT-NOORD"),
    person("VT-5", Role.VT_TEAM_LEAD, "VT-NOORD"),
    person("WT-1", Role.LOCAL_PROFESSIONAL, WT),
    person("WT-2", Role.LOCAL_TEAM_LEAD, WT),
    person("KR-1", Role.PROCESS_DIRECTOR),
    person("CM-1", Role.CONTRACT_MANAGER),
    person("AO-1", Role.REGIONAL_OFFICIAL),
    person("SG-1", Role.STEERING_GROUP),
)
RUNGS = ("NOTICE", "R", "R10", "R5", "L1", "L2", "L3", "L4", "ACUTE")
LAST = {Role.VT_TEAM_LEAD, Role.LOCAL_TEAM_LEAD, Role.PROCESS_DIRECTOR}


@pytest.mark.parametrize(
    ("rung", "step", "expected"),
    [
        ("R", NORMAL, ("VT-1",)),
        ("L1", NORMAL, ("VT-1", "VT-2")),
        ("L1", CHAIN, ("VT-1", "VT-2", "WT-2")),
        ("L1", READ, ("VT-1", "VT-3", "VT-2")),
        ("L2", NORMAL, ("VT-4",)),
        ("L2", CHAIN, ("KR-1",)),
        ("L3", CHAIN, ("CM-1", "AO-1")),
        ("L4", NORMAL, ("SG-1",)),
    ],
)
def test_each_rung_has_its_parties(rung: str, step: Step, expected: tuple[str, ...]) -> None:
    assert addressees(rung, 1, step, "VT-1", TEAMS, Roster(EVERYONE)) == expected


def test_the_first_alarm_goes_to_the_duty_desk_and_every_next_to_the_team_lead_too() -> None:
    roster = Roster(EVERYONE)
    assert addressees("ACUTE", 1, ALARM, "VT-3", TEAMS, roster) == ("VT-3",)
    assert addressees("ACUTE", 2, ALARM, "VT-3", TEAMS, roster) == ("VT-3", "VT-2")


def test_nobody_hears_one_rung_twice() -> None:
    roster = Roster([*EVERYONE, person("VT-9", Role.VT_TEAM_LEAD, VT)])
    assert addressees("L1", 1, NORMAL, "VT-2", TEAMS, roster) == ("VT-2", "VT-9")


@settings(deadline=None)
@given(st.sets(st.sampled_from(EVERYONE)), st.sampled_from(["", "VT-1", "WT-1"]), st.integers(1, 9))
def test_a_rung_never_ends_in_nobody(missing: set[Professional], owner: str, number: int) -> None:
    left = [one for one in EVERYONE if one not in missing]
    if not any(one.roles & LAST for one in left):
        return
    roster = Roster(left)
    for rung, step in product(RUNGS, PROCESS):
        assert addressees(rung, number, step, owner, TEAMS, roster), (rung, step.word)


# After an outage


def decided(*rungs: tuple[str, int]) -> Decision:
    """These rungs, each at a moment of its own."""
    return Decision(rungs, None, tuple(datetime(2026, 4, 20 + n, tzinfo=UTC) for n in range(len(rungs))))


def heard(decision: Decision, step: Step = CHAIN, roster: Roster | None = None) -> dict[str, list[str]]:
    found = words(decision, step, "VT-1", TEAMS, roster or Roster(EVERYONE))
    return {word.party: [w.rung for w in found if w.party == word.party and w.said] for word in found}


def test_each_party_hears_the_highest_rung_that_is_meant_for_it_once() -> None:
    decision = decided(("R", 1), ("L1", 1), ("L2", 1), ("L3", 1))
    assert heard(decision) == {
        "VT-1": ["L1"],
        "VT-2": ["L1"],
        "WT-2": ["L1"],
        "KR-1": ["L2"],
        "CM-1": ["L3"],
        "AO-1": ["L3"],
    }


def test_the_rungs_that_a_higher_one_replaces_are_noted() -> None:
    decision = decided(("R", 1), ("L1", 1))
    found = words(decision, NORMAL, "VT-1", TEAMS, Roster(EVERYONE))
    assert [(word.rung, word.party, word.said) for word in found] == [
        ("R", "VT-1", False),
        ("L1", "VT-1", True),
        ("L1", "VT-2", True),
    ]


def test_a_number_never_takes_the_place_of_what_must_be_done() -> None:
    alone = Roster([person("VT-2", Role.VT_TEAM_LEAD, VT)])
    decision = decided(("L1", 1), ("L3", 1), ("ACUTE", 3))
    assert heard(decision, NORMAL, alone)["VT-2"] == ["L1", "L3", "ACUTE"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(RUNGS), min_size=1, unique=True), st.sampled_from(PROCESS))
def test_no_party_hears_more_than_one_rung_of_a_step_at_a_time(due: list[str], step: Step) -> None:
    decision = decided(*((rung, 1) for rung in sorted(due, key=RUNGS.index)))
    found = words(decision, step, "VT-1", TEAMS, Roster(EVERYONE))
    said = [word.party for word in found if word.said and word.rung not in COUNTS and word.rung != "ACUTE"]
    assert len(said) == len(set(said))
    assert set(said) == {word.party for word in found if word.rung not in COUNTS and word.rung != "ACUTE"}
