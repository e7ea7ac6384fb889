"""S23: a new report on a household joins its open case; it brings its own clock of danger, and its own feedback."""

import pytest
from sqlmodel import select

from domain.messages import FURTHER
from integrations.ledger import SYSTEM
from integrations.ledger.tables import Case, Person, Report
from tasks.change_policy import change_policy
from tasks.deliver_messages import deliver_messages
from tests.chain import Chain
from tests.messages.test_failures import Refusing
from tests.region import moment
from tests.stages import assessed, decided, reported, started

SECOND = "2026-04-22T09:00"


def reports(chain: Chain) -> list[tuple[str, str]]:
    """The case and the class of each report, in the order they came in."""
    with chain.ledger.reading() as session:
        rows = session.exec(select(Report, Case).join(Case).order_by(Report.id))  # type: ignore[arg-type]
        return [(case.reference, report.classification) for report, case in rows]


def test_it_joins_the_open_case_of_the_household_with_the_same_worker(chain: Chain) -> None:
    reported(chain)
    worker, received = chain.case.worker, chain.report(SECOND)
    assert (received.case_reference, received.new_case) == (chain.reference, False)
    assert [kind for _, kind in reports(chain)] == ["first", "follow_up_during_assessment"]
    assert (chain.case.worker, chain.case.state) == (worker, "in_assessment")


def test_it_brings_its_own_clock_of_danger_and_joins_the_one_assessment(chain: Chain) -> None:
    reported(chain)
    dues = {word: chain.due(word) for word in ("safety_assessment", "route_decision", "persons_informed")}
    chain.report(SECOND)
    assert chain.due("immediate_safety_check/2") == "2026-04-23 09:00"
    assert len(chain.steps("safety_assessment")) == len(chain.steps("route_decision")) == 1
    assert dues == {word: chain.due(word) for word in dues}


def test_each_reporter_is_owed_feedback_after_the_one_decision(chain: Chain) -> None:
    reported(chain).report(SECOND, source="SCHOOL")
    chain.record("immediate_safety_check", "VT-911", outcome="not_acute")
    given = {"heard_A": "yes", "heard_B": "yes", "heard_C": "alone", "heard_D": "alone", "outcome": "unclear"}
    chain.record("safety_assessment", "VT-201", "2026-04-28T15:30", **given)
    chain.record("route_decision", "VT-201", outcome="no_follow_up")
    chain.record("route_decision", "VT-209", approval="yes")
    assert [step.subject for step in chain.steps("reporter_feedback")] == ["1-1", "1-2"]


def test_adults_who_were_told_of_the_first_report_are_told_of_the_second(chain: Chain) -> None:
    reported(chain).record("persons_informed", "VT-201", informed_A="talk", informed_B="talk", outcome="informed")
    chain.report(SECOND)
    assert chain.due("persons_informed") == "2026-05-20"


def test_a_second_report_that_may_be_acute_alarms_the_duty_desk(chain: Chain) -> None:
    reported(chain).report(SECOND, possibly_acute=True)
    assert chain.told("immediate_safety_check/2", "ACUTE") == ["VT-911"]


@pytest.mark.parametrize("outcome", ["not_admissible", "wrong_address"])
def test_a_second_report_that_is_not_ours_leaves_the_case_as_it_is(chain: Chain, outcome: str) -> None:
    decided(chain).report("2026-04-29T09:00", accepted_by="")
    running, before = chain.open_words(), chain.case
    assert chain.follows("report_intake", "VT-911", outcome=outcome) == set()
    assert chain.case == before
    assert sorted([*chain.open_words(), "report_intake"]) == running


def test_two_unread_reports_that_are_not_ours_end_the_case_at_the_last(chain: Chain) -> None:
    chain.report(accepted_by="")
    chain.report(SECOND, accepted_by="")
    chain.record("report_intake/1", "VT-911", outcome="not_admissible")
    assert (chain.case.state, chain.case.sight) == ("received", "VT-KUST")
    chain.record("report_intake/2", "VT-911", outcome="wrong_address")
    assert (chain.case.state, chain.case.status, chain.open_words()) == ("closed", "VT-99", [])


def test_after_the_assessment_it_starts_an_assessment_of_its_own_beside_the_service(chain: Chain) -> None:
    decided(chain).report("2026-05-11T09:00")
    assert chain.case.state == "in_assessment"
    assert (chain.due("safety_assessment"), chain.due("route_decision/2")) == ("2026-05-19", "2026-05-19")
    assert chain.due("conditions_and_follow_up") == "2026-07-07"
    assert reports(chain)[1][1] == "follow_up_after_assessment"


def test_what_is_acute_in_the_second_assessment_is_acted_upon_again(chain: Chain) -> None:
    chain.report(persons="A:adult:1988")
    chain.record("immediate_safety_check", "VT-911", outcome="acute", acute_ground="physical_danger")
    chain.record("acute_action", "VT-911", measure="shelter", where_A="home", outcome="restored")
    _assess(chain, "acute")
    chain.report("2026-05-11T09:00", persons="A:adult:1988")
    chain.record("immediate_safety_check", "VT-911", outcome="not_acute")
    assert "acute_action" in _assess(chain, "acute")


def test_in_monitoring_the_moments_stay_where_they_are(chain: Chain) -> None:
    started(chain)
    moments = [step.due_at for step in chain.steps("monitoring")]
    chain.report("2026-08-03T09:00")
    assert [step.due_at for step in chain.steps("monitoring")] == moments
    assert (chain.case.state, reports(chain)[1][1]) == ("in_assessment", "follow_up_during_monitoring")


def test_the_worker_hears_of_it(chain: Chain) -> None:
    reported(chain).report(SECOND)
    assert chain.told("report_intake/2", FURTHER) == [chain.case.worker]


def test_of_a_case_without_a_worker_the_team_lead_hears_of_it(chain: Chain) -> None:
    reported(chain)
    with chain.ledger.unit_of_work(now=moment(SECOND), actor=SYSTEM) as uow:
        uow.session.exec(select(Case)).one().worker = ""
    chain.report(SECOND)
    assert chain.told("report_intake/2", FURTHER) == ["VT-209"]


def test_after_the_hand_over_the_director_of_the_case_and_the_local_team_hear_of_it_too(chain: Chain) -> None:
    started(chain)
    chain.report(f"{chain.now:%Y-%m-%dT%H:%M}")
    director = chain.case.local_professional
    assert director
    assert chain.told(f"report_intake/{len(reports(chain))}", FURTHER) == [chain.case.worker, director, "WT-209"]


def test_whoever_accepted_it_is_not_told_what_they_know(chain: Chain) -> None:
    reported(chain).report(SECOND, accepted_by="")
    chain.record("report_intake/2", chain.case.worker, outcome="accepted")
    assert chain.told("report_intake/2", FURTHER) == []


@pytest.mark.parametrize("outcome", ["not_admissible", "wrong_address"])
def test_of_a_report_that_is_not_ours_nobody_hears(chain: Chain, outcome: str) -> None:
    reported(chain).report(SECOND, accepted_by="")
    chain.record("report_intake/2", "VT-911", outcome=outcome)
    assert chain.told("report_intake/2", FURTHER) == []


def test_what_they_hear_goes_out_and_tells_that_and_nothing_of_it(chain: Chain) -> None:
    reported(chain).report(SECOND)
    message = chain.messages("report_intake/2")[-1]
    deliver_messages(chain.ledger, moment("2026-04-23T10:00"), sender := Refusing())
    line = f"Zaak {chain.reference} wordt opnieuw bekeken. Uw eigen taken en termijnen lopen door"
    [(_, subject, body)] = [mail for mail in sender.sent if line in mail[2]]
    assert (message.rung, message.label) == (FURTHER, "Overzicht")
    assert "report_intake" not in subject + body
    assert body.split(line)[1].startswith("\n"), "no link: there is nothing to do"
    assert {one.state for one in chain.messages("report_intake/2")} == {"sent"}


@pytest.mark.parametrize(("proposes", "opened"), [(True, 1), (False, 0)])
def test_after_the_hand_over_a_consultation_is_proposed_where_the_policy_says_so(
    chain: Chain, proposes: bool, opened: int
) -> None:
    said = f"follow_up_after_handover = {{ value = {str(proposes).lower()}, source = 'proef' }}"
    started(chain)
    change_policy(chain.ledger, f"version = '2026-09'\n[mda]\n{said}\n", chain.now)
    chain.report(f"{chain.now:%Y-%m-%dT%H:%M}")
    assert len(chain.steps("mda_consultation")) == opened


def test_a_consultation_that_runs_already_is_not_proposed_again(chain: Chain) -> None:
    started(chain)
    for _ in range(2):
        chain.report(f"{chain.now:%Y-%m-%dT%H:%M}")
    assert len(chain.steps("mda_consultation")) == 1


def test_a_child_that_only_the_second_report_names_must_be_heard_too(chain: Chain) -> None:
    reported(chain).report(SECOND, persons="C:child:2012 E:child:2024")
    assert chain.keys() == "ABCDE"
    given = {"heard_A": "yes", "heard_B": "yes", "heard_C": "alone", "heard_D": "alone", "outcome": "unclear"}
    chain.record("immediate_safety_check", "VT-911", outcome="not_acute")
    assert chain.missing("safety_assessment", "VT-201", **given) == ("Kind E (2 jaar) is niet gehoord",)


def test_a_household_whose_case_was_closed_gets_a_new_case(chain: Chain) -> None:
    first = chain.report(accepted_by="").case_reference
    chain.record("report_intake", "VT-911", outcome="not_admissible")
    second = chain.report(SECOND)
    assert second.new_case
    assert reports(chain) == [(first, "first"), (second.case_reference, "repeat_multiple_known")]


def test_another_household_gets_a_case_and_a_worker_of_its_own(chain: Chain) -> None:
    first = chain.report()
    second = chain.report(household="H-2")
    assert second.new_case
    assert first.case_reference != second.case_reference
    assert chain.case.worker == "VT-202"


def test_a_report_during_the_route_decision_does_not_stop_it(chain: Chain) -> None:
    assessed(chain).report("2026-04-29T09:00")
    chain.record("route_decision/1", "VT-201", outcome="handover")
    assert "warm_handover" in chain.follows("route_decision/1", "VT-209", approval="yes")
    gaps = chain.missing("warm_handover", "VT-201", offer="yes", safe_contact_known="yes")
    assert gaps == ("besluit vervolg", "veiligheidsplan of voorwaarden")


def _assess(chain: Chain, outcome: str) -> set[str]:
    chain.record("history_check", "VT-201", register="no_match", outcome="first")
    return chain.follows("safety_assessment", "VT-201", heard_A="yes", risk_1="physical", outcome=outcome)


def test_a_member_whose_letter_was_taken_is_seen_once_before_the_report_is_accepted(chain: Chain) -> None:
    reported(chain)
    for day in ("22", "23"):
        chain.report(f"2026-04-{day}T09:00", accepted_by="", persons="A:child:2019 B:adult:1985")
    assert chain.missing("report_intake/2", "VT-911", outcome="accepted") == ("Kind E: gezien onder welke letter?",)
    chain.record("report_intake/2", "VT-911", letter_E="seen", outcome="accepted")
    assert chain.step("report_intake/2").state == "done"
    chain.record("report_intake/3", "VT-911", outcome="accepted")
    assert chain.step("report_intake/3").state == "done"


def test_a_report_that_is_not_ours_needs_no_look_at_its_letters(chain: Chain) -> None:
    reported(chain).report(SECOND, accepted_by="", persons="A:child:2019")
    assert chain.follows("report_intake/2", "VT-911", outcome="wrong_address") == set()


def test_a_birth_year_that_a_second_report_knows_is_kept(chain: Chain) -> None:
    chain.report(persons="A:adult: B:child:2015")
    chain.report(SECOND, persons="A:adult:1988 B:child:")
    with chain.ledger.reading() as session:
        years = session.exec(select(Person.key, Person.birth_year).order_by(Person.key)).all()
    assert years == [("A", 1988), ("B", 2015)]
