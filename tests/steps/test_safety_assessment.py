"""S06: everyone spoken to, each child heard itself, or excepted with a date and another's approval (domain 7.5)."""

import pytest

from tests.chain import Chain
from tests.region import VT
from tests.stages import assessed, heard, reported

OTHERS = {"heard_A": "yes", "heard_B": "yes", "heard_D": "alone"}


def test_it_is_due_five_working_days_after_receipt_and_says_why(chain: Chain) -> None:
    reported(chain)
    step = chain.step("safety_assessment")
    assert (chain.due("safety_assessment"), step.owner) == ("2026-04-28", "VT-201")
    assert step.explanation == "5 werkdagen vanaf ma 20-04-2026, Koningsdag overgeslagen"


def test_only_veilig_thuis_assesses(chain: Chain) -> None:
    assert reported(chain).may_record("safety_assessment") == VT


def test_it_asks_after_each_member_by_key_and_age(chain: Chain) -> None:
    form = reported(chain).form("safety_assessment")
    titles = {question.name: question.title for question in form.questions}
    assert titles["heard_A"] == "Volwassene A (38 jaar): gesproken?"
    assert titles["heard_D"] == "Kind D (9 jaar): zelf gehoord?"
    assert "capacity" not in titles


def test_it_does_not_close_while_anyone_was_not_spoken_to(chain: Chain) -> None:
    reported(chain)
    given = {"heard_A": "yes", "heard_C": "alone", "outcome": "unclear"}
    gaps = ("Volwassene B (41 jaar) is niet gesproken", "Kind D (9 jaar) is niet gehoord")
    assert chain.missing("safety_assessment", "VT-201", "2026-04-28T10:00", **given) == gaps
    assert chain.form("safety_assessment").values == {"heard_A": "yes", "heard_C": "alone"}
    assert "outcome" in chain.asked("safety_assessment")


def test_unsafety_without_a_risk_is_not_an_assessment(chain: Chain) -> None:
    heard(chain)
    assert chain.missing("safety_assessment", "VT-201", outcome="acute") == ("ten minste één veiligheidsrisico",)
    assert chain.follows("safety_assessment", "VT-201", outcome="no_unsafety") == {"route_decision"}


@pytest.mark.parametrize("outcome", ["no_unsafety", "structural", "unclear"])
def test_done_it_opens_the_route_decision_on_the_same_due_date(chain: Chain, outcome: str) -> None:
    assessed(chain, outcome)
    assert chain.due("route_decision") == "2026-04-28"
    assert chain.step("route_decision").state == "open"
    assert chain.case.sight == "VT-KUST"


@pytest.mark.parametrize("outcome", ["acute", "acute_and_structural"])
def test_acute_found_here_opens_action_at_once(chain: Chain, outcome: str) -> None:
    heard(chain)
    given = {"outcome": outcome, "risk_1": "physical"}
    assert {"acute_action", "route_decision"} <= chain.follows("safety_assessment", "VT-201", **given)
    assert chain.step("acute_action").acute


def test_acute_that_was_acted_upon_during_this_assessment_is_not_acted_upon_again(chain: Chain) -> None:
    chain.report(persons="A:adult:1988")
    acute = {"outcome": "acute", "acute_ground": "physical_danger"}
    chain.record("immediate_safety_check", "VT-911", **acute)
    chain.record("acute_action", "VT-911", measure="shelter", where_A="home", outcome="restored")
    chain.record("history_check", "VT-201", register="no_match", outcome="first")
    given = {"heard_A": "yes", "risk_1": "physical", "outcome": "acute"}
    assert chain.follows("safety_assessment", "VT-201", **given) == {"route_decision"}


def test_each_risk_becomes_a_row_of_the_case_owned_by_who_has_sight(chain: Chain) -> None:
    heard(chain)
    given = {"risk_1": "physical", "risk_1_severity": "grave", "risk_1_person": "D", "risk_2": "neglect"}
    chain.record("safety_assessment", "VT-201", **given, outcome="structural")
    seen = [(r.key, r.kind, r.severity, r.at_risk, r.owner, r.resolved_at) for r in chain.risks()]
    assert seen == [
        ("R1", "physical", "grave", "D", "VT-KUST", None),
        ("R2", "neglect", "serious", "all", "VT-KUST", None),
    ]


@pytest.mark.parametrize("again", ["", "2026-05-14"])
def test_a_child_that_refuses_needs_a_new_try_within_ten_working_days(chain: Chain, again: str) -> None:
    reported(chain)
    given = {**OTHERS, "heard_C": "refuses", "outcome": "unclear"} | ({"followup_C": again} if again else {})
    gap = "Kind C (14 jaar): nieuwe poging binnen 10 werkdagen"
    assert chain.missing("safety_assessment", "VT-201", "2026-04-28T10:00", **given) == (gap,)


def test_an_exception_waits_for_an_expert_or_team_lead_other_than_the_owner(chain: Chain) -> None:
    reported(chain)
    given = {**OTHERS, "heard_C": "refuses", "followup_C": "2026-05-13"}
    chain.record("safety_assessment", "VT-201", "2026-04-28T10:00", **given)
    assert chain.record("safety_assessment", "VT-201", outcome="unclear").waits_for
    assert chain.told("safety_assessment", "SECOND") == ["VT-209"]
    chain.refused("KR-EIGEN-AKKOORD", "safety_assessment", "VT-201", approval="yes")
    chain.refused("KR-EIGEN-AKKOORD", "safety_assessment", "VT-202", approval="yes")
    assert chain.follows("safety_assessment", "VT-901", approval="yes") == {"route_decision"}


def test_whoever_recorded_an_exception_cannot_approve_it(chain: Chain) -> None:
    reported(chain)
    chain.record("safety_assessment", "VT-209", heard_C="observed")
    chain.refused("KR-EIGEN-AKKOORD", "safety_assessment", "VT-209", approval="yes")
    assert chain.record("safety_assessment", "VT-901", approval="yes").state == "open"


def test_a_later_exception_needs_approval_again_also_from_the_same_person(chain: Chain) -> None:
    reported(chain)
    chain.record("safety_assessment", "VT-201", **OTHERS, heard_C="observed")
    chain.record("safety_assessment", "VT-901", approval="yes")
    chain.record("safety_assessment", "VT-201", heard_D="observed")
    assert chain.record("safety_assessment", "VT-201", outcome="unclear").waits_for
    assert chain.follows("safety_assessment", "VT-901", approval="yes") == {"route_decision"}


def test_no_approval_keeps_it_open_until_the_child_is_heard_after_all(chain: Chain) -> None:
    reported(chain)
    chain.record("safety_assessment", "VT-201", **OTHERS, heard_C="observed", outcome="unclear")
    assert chain.missing("safety_assessment", "VT-901", approval="no") == ("de tweede persoon is niet akkoord",)
    chain.record("safety_assessment", "VT-201", heard_C="alone")
    assert chain.follows("safety_assessment", "VT-201", outcome="unclear") == {"route_decision"}


def test_an_older_person_is_spoken_to_alone_and_weighed_without_gates_for_children(chain: Chain) -> None:
    reported(chain, "A:elder:1940 B:adult:1970")
    titles = {question.name: question.title for question in chain.form("safety_assessment").questions}
    assert titles["heard_A"] == "Oudere A (86 jaar): alleen gesproken?"
    given = {"heard_A": "yes", "heard_B": "yes", "outcome": "unclear"}
    assert len(chain.missing("safety_assessment", "VT-201", **given)) == 3
    more = {"capacity": "yes", "consents": "no", "dependent": "yes", "outcome": "unclear"}
    assert chain.follows("safety_assessment", "VT-201", **more) == {"route_decision"}


def test_three_reports_in_a_year_and_structural_unsafety_propose_a_consultation(chain: Chain) -> None:
    chain.report(persons="A:adult:1988")
    chain.record("immediate_safety_check", "VT-911", outcome="not_acute")
    chain.record("history_check", "VT-201", earlier_reports=3, register="no_match", outcome="repeat_one_known")
    given = {"heard_A": "yes", "risk_1": "physical", "outcome": "structural"}
    assert chain.follows("safety_assessment", "VT-201", **given) == {"route_decision", "mda_consultation"}


def test_it_waits_for_the_judgement_of_direct_danger(chain: Chain) -> None:
    chain.report(persons="A:adult:1988")
    chain.record("history_check", "VT-201", register="no_match", outcome="first")
    given = {"heard_A": "yes", "outcome": "unclear"}
    assert chain.missing("safety_assessment", "VT-201", **given) == ("directe veiligheid afronden",)


def test_a_finished_assessment_refuses_a_second_outcome(chain: Chain) -> None:
    assessed(chain)
    chain.refused("KR-STAP-GESLOTEN", "safety_assessment", "VT-201", outcome="unclear")
