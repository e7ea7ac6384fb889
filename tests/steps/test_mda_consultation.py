"""S15: weighed by the coordinator, convened within ten working days, held with the family, ending in dated actions."""

from tests.chain import Chain
from tests.stages import decided

WORD = "mda_consultation"
ACTION = {"action_1": "addiction_care", "action_1_by": "ZG-001", "action_1_due": "2026-06-10"}
HELD = {"held_on": "2026-05-21", "director": "WT-201", "outcome": "held"}


def requested(chain: Chain) -> Chain:
    """Mon 11 May: a consultation is requested by hand."""
    decided(chain).open(WORD, "VT-201", "2026-05-11T10:00")
    return chain


def weighed(chain: Chain) -> Chain:
    """Mon 18 May: the request is accepted."""
    given = {"weighed": "accepted", "criterion": "repeated_events"}
    requested(chain).record(WORD, "KR-002", "2026-05-18T10:00", **given)
    return chain


def test_a_request_is_weighed_within_ten_working_days(chain: Chain) -> None:
    requested(chain)
    assert (chain.due(WORD), chain.step(WORD).owner) == ("2026-05-27", "KR-002")
    assert chain.told(WORD, "NOTICE") == ["KR-002"]


def test_accepting_starts_the_ten_working_days_to_convene(chain: Chain) -> None:
    weighed(chain)
    assert (chain.due(WORD), chain.step(WORD).deadline_version) == ("2026-06-02", 2)


def test_only_the_coordinator_and_a_team_lead_record_it(chain: Chain) -> None:
    assert requested(chain).may_record(WORD) == {"KR-002", "VT-209"}


def test_not_accepted_says_why_before_and_after_the_weighing(chain: Chain) -> None:
    requested(chain)
    assert chain.missing(WORD, "KR-002", outcome="not_accepted") == ("reden van niet aanvaarden",)
    chain.record(WORD, "KR-002", weighed="accepted")
    given = {"not_accepted_reason": "other_approach", "outcome": "not_accepted"}
    assert chain.follows(WORD, "KR-002", **given) == set()
    chain.refused("KR-STAP-GESLOTEN", WORD, "KR-002", outcome="held")


def test_it_is_not_held_without_director_family_and_actions(chain: Chain) -> None:
    weighed(chain)
    gaps = ("casusregisseur", "gezin aanwezig, of de reden waarom niet", "ten minste één actie met datum")
    assert chain.missing(WORD, "KR-002", "2026-05-21T12:00", outcome="held") == gaps
    given = {"family_present": "yes", "action_1": "housing", "outcome": "held", "director": "WT-201"}
    assert chain.missing(WORD, "KR-002", **given) == ("actie 1: wie en uiterlijk",)


def test_a_meeting_without_the_family_says_why(chain: Chain) -> None:
    weighed(chain)
    gap = ("gezin aanwezig, of de reden waarom niet",)
    given = {**HELD, **ACTION, "family_present": "no"}
    assert chain.missing(WORD, "KR-002", "2026-05-21T12:00", **given) == gap
    assert chain.follows(WORD, "KR-002", absence_reason="safety", outcome="held") == {"mda_action"}


def test_held_it_names_a_director_and_opens_each_action(chain: Chain) -> None:
    weighed(chain)
    more = {"action_2": "school", "action_2_by": "WT-202", "action_2_due": "2026-06-01", "family_present": "yes"}
    assert chain.follows(WORD, "KR-002", "2026-05-21T12:00", **HELD, **ACTION, **more) == {"mda_action"}
    assert [(chain.step(f"mda_action/{n}").owner, chain.due(f"mda_action/{n}")) for n in (1, 2)] == [
        ("ZG-001", "2026-06-10"),
        ("WT-202", "2026-06-01"),
    ]
    assert chain.case.local_professional == "WT-201"


def test_an_action_is_not_due_in_the_past(chain: Chain) -> None:
    weighed(chain)
    chain.refused("KR-DATUM-VERLEDEN", WORD, "KR-002", "2026-05-21T12:00", **{**ACTION, "action_1_due": "2026-05-20"})


def test_the_local_team_may_request_one_and_a_partner_may_not(chain: Chain) -> None:
    decided(chain)
    assert chain.may_open(WORD) == {"VT-202", "VT-209", "VT-901", "VT-911", "KR-002", "WT-201", "WT-202"}
