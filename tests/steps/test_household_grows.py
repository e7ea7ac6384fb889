"""A baby or a step-child joins the household: whoever was not heard reopens the gate (domain 7.5, rules 4 and 5)."""

import pytest

from domain.errors import RoleRefusal
from tests.chain import Chain
from tests.region import EVERYONE, LOCAL, VT
from tests.stages import assessed, heard, offered, prepared, reported

OFFER = {"offer": "yes", "safe_contact_known": "yes"}
ACCEPT = {"talk_on": "2026-06-04", "takes_R1": "yes", "outcome": "accepted"}
NEWCOMER = "Kind E (0 jaar) is niet gehoord of uitgezonderd"


def test_a_member_gets_the_next_key_and_nothing_else(chain: Chain) -> None:
    reported(chain)
    assert chain.join("child", 2026) == "E"
    assert chain.join("adult", None) == "F"
    assert chain.keys() == "ABCDEF"


def test_both_parties_may_add_a_member_and_nobody_else(chain: Chain) -> None:
    reported(chain)
    for code in EVERYONE - VT - LOCAL:
        with pytest.raises(RoleRefusal, match="KR-ROL"):
            chain.join("child", 2026, by=code)
    assert [chain.join("child", 2026, by=code) for code in sorted(VT | LOCAL)] == list("EFGHIJK")


def test_during_the_assessment_the_newcomer_is_asked_after(chain: Chain) -> None:
    heard(chain).join("child", 2026)
    assert chain.missing("safety_assessment", "VT-201", outcome="unclear") == ("Kind E (0 jaar) is niet gehoord",)
    assert len(chain.steps("safety_assessment")) == 1


def test_an_approval_does_not_cover_who_joined_after_it(chain: Chain) -> None:
    heard(chain).record("safety_assessment", "VT-201", heard_D="observed", outcome="unclear")
    chain.join("child", 2026)
    assert chain.missing("safety_assessment", "VT-901", approval="yes") == ("Kind E (0 jaar) is niet gehoord",)


def test_after_the_assessment_a_supplement_opens_for_the_newcomer_alone(chain: Chain) -> None:
    assessed(chain).join("child", 2026, at="2026-05-11T10:00")
    assert (chain.due("safety_assessment"), chain.step("safety_assessment").owner) == ("2026-05-19", "VT-201")
    assert [name for name in chain.asked("safety_assessment") if name.startswith("heard_")] == ["heard_E"]


def test_a_second_newcomer_joins_the_supplement_that_runs(chain: Chain) -> None:
    assessed(chain).join("child", 2026)
    chain.join("child", 2025)
    assert [name for name in chain.asked("safety_assessment") if name.startswith("heard_")] == ["heard_E", "heard_F"]
    assert chain.missing("safety_assessment", "VT-201", heard_E="alone", outcome="unclear") == (
        "Kind F (1 jaar) is niet gehoord",
    )


def test_a_supplement_ends_without_a_route_but_adds_its_risks(chain: Chain) -> None:
    assessed(chain).join("child", 2026)
    given = {"heard_E": "alone", "risk_1": "neglect", "risk_1_person": "E", "outcome": "structural"}
    assert chain.follows("safety_assessment", "VT-201", **given) == set()
    assert [(risk.key, risk.at_risk) for risk in chain.risks()] == [("R1", "all"), ("R2", "E")]
    assert len(chain.steps("route_decision")) == 1


def test_a_baby_that_is_observed_needs_a_second_person_as_any_child(chain: Chain) -> None:
    assessed(chain).join("child", 2026)
    assert chain.record("safety_assessment", "VT-201", heard_E="observed", outcome="unclear").waits_for
    assert chain.follows("safety_assessment", "VT-901", approval="yes") == set()


def test_nothing_is_handed_over_before_the_newcomer_was_heard(chain: Chain) -> None:
    prepared(chain).join("child", 2026)
    assert chain.missing("warm_handover", "VT-201", **OFFER) == (NEWCOMER,)
    chain.record("safety_assessment", "VT-201", heard_E="alone", outcome="unclear")
    assert chain.record("warm_handover", "VT-201", **OFFER).missing == ()


def test_whoever_joins_after_the_offer_is_heard_before_it_is_accepted(chain: Chain) -> None:
    offered(chain).join("child", 2026, by="WT-201", at="2026-06-03T10:00")
    assert chain.missing("warm_handover", "WT-201", "2026-06-04T14:00", **ACCEPT) == (NEWCOMER,)
    assert chain.case.sight == "VT-KUST"
    chain.record("safety_assessment", "VT-201", heard_E="alone", outcome="unclear")
    assert "local_start" in chain.follows("warm_handover", "WT-201", **ACCEPT)


def test_a_hand_over_can_be_refused_while_a_newcomer_was_not_heard(chain: Chain) -> None:
    offered(chain).join("child", 2026)
    given = {"refusal_reason": "incomplete_package", "outcome": "refused"}
    assert chain.record("warm_handover", "WT-209", "2026-06-04T14:00", **given).missing == ()


@pytest.mark.parametrize(("role", "asked"), [("adult", True), ("child", False)])
def test_an_adult_who_joins_must_hear_of_the_report_too(chain: Chain, role: str, asked: bool) -> None:
    reported(chain).join(role, None)
    assert ("informed_E" in chain.asked("persons_informed")) is asked
