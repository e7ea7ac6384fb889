"""The process table: every row can begin, ends in something, and uses only what the policy and the labels know."""

from datetime import datetime
from pathlib import Path

import pytest

from domain import steps
from domain.case import CaseState, CaseView, Person, PersonRole, ReportView, Risk, StepView
from domain.dutch import AMSTERDAM
from domain.effects import Effect, EndCase, Extend, Open, Plan, SetDue, Stall
from domain.errors import UnknownRefusal
from domain.gates import questions_of
from domain.ladder import REMINDERS
from domain.parties import COUNTS_ONLY
from domain.process import PROCESS, step_of
from domain.questions import Facts, Given, Kind, Value
from domain.step import Context, Step
from integrations.policy_file import load_policy

POLICY = load_policy()
NOW = datetime(2026, 4, 28, 15, 30, tzinfo=AMSTERDAM)
LABELS = {
    *("VB", "Besluit", "Terugkoppeling", "Huisbezoek", "Overdracht"),
    *("Plan", "Monitor", "Overleg", "Opsporing", "Overzicht"),
}

# What the answers beside the outcome are, where an ending depends on them.
BESIDE: dict[str, Value] = {
    "after_service": "close",
    "stopped_route": "investigation",
    "director": "WT-201",
    "action_1": "housing",
    "action_1_by": "ZG-001",
    "action_1_due": "2026-05-20",
}

# Endings after which other steps of the case go on; every other ending opens, plans or ends something itself.
LEAVES = {
    "immediate_safety_check": {"not_acute"},
    "acute_action": {"restored"},
    "history_check": {
        "first",
        "repeat_multiple_known",
        "repeat_one_known",
        "follow_up_during_assessment",
        "follow_up_after_assessment",
        "follow_up_during_monitoring",
        "unclassified",
    },
    "reporter_feedback": {"given", "withheld"},
    "persons_informed": {"informed"},
    "joint_first_home_visit": {"refused"},
    "life_area_map": {"complete", "partly"},
    "safety_plan": {"agreed", "partly", "refused"},
    "mda_consultation": {"not_accepted"},
    "mda_action": {"done", "not_possible"},
    "one_plan": {"agreed", "without_family"},
    "network_evaluation": {"last"},
    "out_of_sight": {"back_in_sight", "moved_within_region"},
}

# Steps that begin by an answer that leaves its own step open, or by hand only.
ON_THE_WAY = {"waiting_safety_check"}


def context(step: Step, **answers: Value) -> Context:
    """A household with one adult and one child, one report and one risk, in which only this step is open."""
    given = {name: Given(value, "VT-201", NOW) for name, value in answers.items()}
    own = StepView("S.1", step.word, "1", "open", "", "VT-201", Facts(given), NOW, NOW, NOW)
    persons = (Person("A", PersonRole.ADULT, 1988), Person("B", PersonRole.CHILD, 2015))
    case = CaseView(
        reference="R",
        state=CaseState.IN_ASSESSMENT,
        concern="other",
        municipality="M",
        team="VT-MIDDEN",
        worker="VT-201",
        local_team="WT-MEERDORP",
        local_organisation="CJG-MEERDORP",
        local_professional="",
        vt_organisation="VT-KUST",
        sight="VT-KUST",
        persons=persons,
        risks=(Risk("R1", "physical", "grave", "all", "VT-KUST", open=True, acknowledged=False),),
        reports=(ReportView(1, "POL", NOW, "first", feedback_wanted=True, possibly_acute=False),),
        steps=(own,),
    )
    return Context(case, own, POLICY, NOW, new=frozenset(answers))


def closing(step: Step) -> list[str]:
    return [choice.value for choice in step.outcomes if choice.value not in step.stays]


def effects(step: Step, outcome: str) -> tuple[Effect, ...]:
    return step.close(context(step, **BESIDE, outcome=outcome))


def begun(found: tuple[Effect, ...]) -> set[str]:
    return {effect.kind for effect in found if isinstance(effect, Open | Plan)}


ENDINGS = [(step, outcome) for step in PROCESS for outcome in closing(step)]
named = pytest.mark.parametrize("step", PROCESS, ids=lambda step: step.word)


def test_every_row_has_its_own_word_code_and_title() -> None:
    for column in ("word", "code", "title"):
        values = [getattr(step, column) for step in PROCESS]
        assert len(values) == len(set(values)) == 26


def test_the_rows_are_the_files_of_the_steps() -> None:
    files = {path.stem for path in Path(steps.__path__[0]).glob("*.py")} - {"__init__"}
    assert {step.word for step in PROCESS} == files


def test_a_word_that_is_no_step_is_refused() -> None:
    with pytest.raises(UnknownRefusal, match="KR-SOORT-ONBEKEND"):
        step_of("advice")


@named
def test_every_clock_is_one_of_the_policy(step: Step) -> None:
    for subject in ("1-7", "2-7"):
        for clock in filter(None, (step.clock_for(subject), step.first_clock)):
            assert POLICY.clock(clock).source


@named
def test_every_label_says_nothing_about_the_family(step: Step) -> None:
    assert step.label in LABELS


@named
def test_nobody_who_sees_only_numbers_records_or_opens_a_step(step: Step) -> None:
    assert step.recorders
    assert not (step.recorders | step.by_hand) & COUNTS_ONLY


@named
def test_every_reminder_is_a_rung_and_every_stay_an_outcome(step: Step) -> None:
    assert set(step.reminders) <= REMINDERS
    assert step.stays < {choice.value for choice in step.outcomes}


@named
def test_every_question_has_its_own_name_a_title_and_a_way_to_answer(step: Step) -> None:
    asked = questions_of(step, context(step))
    assert len({question.name for question in asked}) == len(asked)
    for question in asked:
        assert question.name.isidentifier()
        assert question.title
        values = [choice.value for choice in question.choices]
        assert (len(values) > 0) == (question.kind is Kind.CHOICE)
        assert len(values) == len(set(values))


@named
def test_the_outcome_can_be_given_from_the_first_form_or_the_step_says_what_comes_before(step: Step) -> None:
    names = {question.name for question in questions_of(step, context(step))}
    assert names & {"outcome", "offer"}


@pytest.mark.parametrize(("step", "outcome"), ENDINGS, ids=lambda part: getattr(part, "word", part))
def test_every_ending_leads_to_something_or_is_a_known_leaf(step: Step, outcome: str) -> None:
    found = effects(step, outcome)
    leads = bool(begun(found)) or any(isinstance(effect, EndCase) for effect in found)
    assert leads is (outcome not in LEAVES.get(step.word, ()))


@pytest.mark.parametrize(("step", "outcome"), ENDINGS, ids=lambda part: getattr(part, "word", part))
def test_an_ending_opens_only_steps_of_the_table_and_never_moves_its_own_date(step: Step, outcome: str) -> None:
    found = effects(step, outcome)
    assert {step_of(word).word for word in begun(found)} == begun(found)
    assert not [effect for effect in found if isinstance(effect, SetDue | Extend | Stall)]


def test_every_step_can_begin() -> None:
    by_answer = set().union(*(begun(effects(step, outcome)) for step, outcome in ENDINGS))
    by_hand = {step.word for step in PROCESS if step.by_hand}
    routes = {"handover", "protection_request"}
    services = ("investigation", "regional_custom", "protection_request")
    by_choice = {word for service in services for route in routes for word in _after(step_of(service), route)}
    assert by_answer | by_hand | by_choice | ON_THE_WAY | {"report_intake"} == {step.word for step in PROCESS}


def _after(step: Step, after: str) -> set[str]:
    offered = {choice.value for question in step.ask(context(step)) for choice in question.choices}
    if after not in offered:
        return set()
    return begun(step.close(context(step, after_service=after, outcome=closing(step)[0])))
