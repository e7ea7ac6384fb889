"""S16: offered complete, talked through with the family, accepted or refused; until then Veilig Thuis keeps sight."""

import pytest

from tests.chain import Chain
from tests.region import LOCAL, VT
from tests.stages import decided, handed_over, offered, prepared, reported

WORD = "warm_handover"
ACCEPT = {"talk_on": "2026-06-04", "takes_R1": "yes", "outcome": "accepted"}
OFFER = {"offer": "yes", "safe_contact_known": "yes"}
FIRST = {"offer", "safe_contact_known", "expertise", "outcome", "withdrawal_reason", "delay_cause"}


def test_a_decision_to_hand_over_becomes_an_offer_within_ten_working_days(chain: Chain) -> None:
    decided(chain, "handover")
    assert (chain.due(WORD), chain.step(WORD).owner) == ("2026-05-13", "VT-201")
    assert set(chain.asked(WORD)) == FIRST


def test_both_parties_record_and_nobody_else(chain: Chain) -> None:
    assert prepared(chain).may_record(WORD) == VT | LOCAL


def test_an_incomplete_package_cannot_be_offered(chain: Chain) -> None:
    decided(chain, "handover")
    gaps = ("veiligheidsplan of voorwaarden", "veilig contactkanaal")
    assert chain.missing(WORD, "VT-201", offer="yes", expertise="trauma") == gaps
    assert chain.form(WORD).values == {"expertise": "trauma"}
    assert chain.case.state == "decided"


def test_nothing_is_offered_before_there_is_an_assessment_and_a_route(chain: Chain) -> None:
    reported(chain).open(WORD, "VT-201")
    assert chain.missing(WORD, "VT-201", **OFFER) == ("veiligheidsbeoordeling",)
    given = {"heard_A": "yes", "heard_B": "yes", "heard_C": "alone", "heard_D": "alone", "outcome": "unclear"}
    chain.record("safety_assessment", "VT-201", **given)
    assert chain.missing(WORD, "VT-201", **OFFER) == ("besluit vervolg",)


def test_the_offer_starts_the_five_working_days_to_answer(chain: Chain) -> None:
    offered(chain)
    assert (chain.due(WORD), chain.step(WORD).deadline_version) == ("2026-06-09", 2)
    assert (chain.case.state, chain.case.sight) == ("handover_offered", "VT-KUST")
    assert "offer" not in chain.asked(WORD)


def test_acceptance_needs_the_talk_and_every_risk(chain: Chain) -> None:
    offered(chain, "physical", "neglect")
    given = {"takes_R1": "yes", "takes_R2": "no", "outcome": "accepted"}
    gaps = ("overdrachtsgesprek met het gezin", "risico R2 overnemen")
    assert chain.missing(WORD, "WT-201", "2026-06-04T10:00", **given) == gaps
    assert chain.case.sight == "VT-KUST"


def test_accepted_sight_moves_the_service_ends_and_local_help_starts(chain: Chain) -> None:
    offered(chain)
    opened = chain.follows(WORD, "WT-201", "2026-06-04T14:00", **ACCEPT)
    assert opened == {"local_start", "one_plan", "reporter_feedback"}
    assert (chain.case.sight, chain.case.state, chain.case.status) == ("CJG-MEERDORP", "handed_over", "VT-02")
    assert chain.due("local_start") == chain.due("reporter_feedback/2-") == "2026-06-11"
    assert chain.due("one_plan") == "2026-07-16"
    moments = [chain.due(f"monitoring/{number}") for number in (1, 2, 3)]
    assert moments == ["2026-09-04", "2027-06-04", "2027-12-06"]
    assert chain.planned_words() == ["monitoring"] * 3
    chain.refused("KR-STAP-GESLOTEN", WORD, "WT-201", outcome="refused")


@pytest.mark.parametrize("code", ["VT-201", "WT-101"])
@pytest.mark.parametrize("outcome", ["accepted", "refused"])
def test_only_the_local_team_of_the_case_accepts_or_refuses(chain: Chain, code: str, outcome: str) -> None:
    offered(chain)
    given = ACCEPT | {"outcome": outcome, "refusal_reason": "capacity"}
    gaps = chain.missing(WORD, code, "2026-06-04T14:00", **given)
    assert gaps == ("aanvaarden of weigeren doet het lokale team van deze zaak",)
    assert chain.case.sight == "VT-KUST"


def test_only_veilig_thuis_offers_and_withdraws(chain: Chain) -> None:
    prepared(chain)
    assert chain.missing(WORD, "WT-201", **OFFER) == ("aanbieden of intrekken doet Veilig Thuis",)
    given = {"outcome": "withdrawn", "withdrawal_reason": "moved"}
    assert chain.missing(WORD, "WT-201", **given) == ("aanbieden of intrekken doet Veilig Thuis",)


def test_a_withdrawal_before_a_service_ran_asks_a_new_decision(chain: Chain) -> None:
    decided(chain, "handover")
    given = {"outcome": "withdrawn", "withdrawal_reason": "other_route"}
    assert chain.follows(WORD, "VT-201", **given) == {"route_decision"}
    assert (chain.case.sight, chain.case.state) == ("VT-KUST", "in_assessment")


def test_a_withdrawal_says_why_and_goes_back_to_the_service_that_runs(chain: Chain) -> None:
    offered(chain)
    chain.record(WORD, "WT-209", "2026-06-05T11:00", refusal_reason="capacity", outcome="refused")
    assert chain.missing(WORD, "VT-201", outcome="withdrawn") == ("reden van intrekken",)
    assert chain.follows(WORD, "VT-201", outcome="withdrawn", withdrawal_reason="moved") == set()
    assert (chain.case.sight, chain.case.state, chain.case.waiting_cause) == ("VT-KUST", "in_service", "")
    assert "waiting_safety_check" not in chain.open_words()


def test_the_risks_are_the_receivers(chain: Chain) -> None:
    offered(chain, "physical", "neglect")
    chain.record(WORD, "WT-201", "2026-06-04T14:00", **ACCEPT, takes_R2="yes")
    assert [(r.owner, r.acknowledged_at is not None, r.resolved_at) for r in chain.risks()] == [
        ("CJG-MEERDORP", True, None)
    ] * 2


def test_a_refusal_says_why(chain: Chain) -> None:
    offered(chain)
    assert chain.missing(WORD, "WT-209", "2026-06-05T11:00", outcome="refused") == ("reden van weigering",)


def test_a_refusal_leaves_the_case_with_veilig_thuis_and_starts_the_weekly_checks(chain: Chain) -> None:
    offered(chain)
    result = chain.record(WORD, "WT-209", "2026-06-05T11:00", refusal_reason="capacity", outcome="refused")
    assert (result.state, result.outcome) == ("open", "")
    assert (chain.case.sight, chain.case.waiting_cause) == ("VT-KUST", "handover_stalled")
    assert (chain.due("waiting_safety_check"), chain.due(WORD)) == ("2026-06-12", "2026-06-09")
    assert set(chain.asked(WORD)) == FIRST


def test_a_refusal_counts_as_the_due_date_passed(chain: Chain) -> None:
    offered(chain)
    chain.record(WORD, "WT-209", "2026-06-05T11:00", refusal_reason="capacity", outcome="refused")
    for day in ("05T11:05", "09T08:00", "12T08:00", "19T08:00"):
        chain.sweep(f"2026-06-{day}")
    assert {rung: chain.told(WORD, rung) for rung in ("L1", "L2", "L3", "L4")} == {
        "L1": ["VT-201", "VT-209", "WT-209"],
        "L2": ["KR-001"],
        "L3": ["CM-001", "AO-001"],
        "L4": ["SG-001"],
    }


def test_a_second_offer_buys_no_time_and_can_be_accepted(chain: Chain) -> None:
    offered(chain)
    chain.record(WORD, "WT-209", "2026-06-05T11:00", refusal_reason="incomplete_package", outcome="refused")
    chain.record(WORD, "VT-201", "2026-06-08T10:00", **OFFER)
    assert chain.due(WORD) == "2026-06-09"
    opened = chain.follows(WORD, "WT-201", "2026-06-10T10:00", **ACCEPT)
    assert "local_start" in opened
    assert (chain.case.waiting_cause, chain.step("waiting_safety_check").state) == ("", "cancelled")


def test_a_refusal_after_the_due_date_does_not_start_the_ladder_again(chain: Chain) -> None:
    offered(chain)
    for day in ("10T08:00", "11T08:00"):
        chain.sweep(f"2026-06-{day}")
    chain.record(WORD, "WT-209", "2026-06-11T15:00", refusal_reason="capacity", outcome="refused")
    assert chain.sweep("2026-06-15T08:00").planned == 0
    chain.sweep("2026-06-16T08:00")
    assert chain.told(WORD, "L3") == ["CM-001", "AO-001"]
    assert {message.rung for message in chain.messages(WORD) if message.state == "skipped"} == {"R"}


def test_a_second_refusal_says_nothing_twice(chain: Chain) -> None:
    offered(chain)
    for day, verdict in (("05T11:00", "capacity"), ("16T11:00", "expertise_missing")):
        chain.record(WORD, "WT-209", f"2026-06-{day}", refusal_reason=verdict, outcome="refused")
        chain.sweep(f"2026-06-{day}")
        chain.record(WORD, "VT-201", **OFFER)
    before = len(chain.messages(WORD))
    assert chain.sweep("2026-06-18T08:00").planned == 0
    assert len(chain.messages(WORD)) == before


def test_the_package_says_which_child_was_not_heard(chain: Chain) -> None:
    reported(chain)
    given = {"heard_A": "yes", "heard_B": "yes", "heard_C": "refuses", "followup_C": "2026-05-13", "heard_D": "alone"}
    chain.record("safety_assessment", "VT-201", "2026-04-28T10:00", **given, outcome="unclear")
    chain.record("safety_assessment", "VT-901", approval="yes")
    chain.record("route_decision", "VT-201", outcome="handover")
    chain.record("route_decision", "VT-209", approval="yes")
    line = "Kind C (14 jaar): niet gehoord (Nee, wil niet), nieuwe poging 2026-05-13"
    assert line in chain.form(WORD).description
    assert chain.record(WORD, "VT-201", **OFFER).missing == ()


def test_after_the_hand_over_another_one_can_be_opened_only_by_veilig_thuis(chain: Chain) -> None:
    assert handed_over(chain).may_open(WORD) == VT
