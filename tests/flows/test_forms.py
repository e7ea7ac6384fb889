"""The form of a step: what Prefect shows, what it lets through, and what of it reaches the ledger."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.utilities.schema_tools import ValidationError, validate

from domain.process import PROCESS
from domain.questions import Choice, Kind, Question, choice, yes_no
from flows.forms import NOT_YET, RECORDER, schema, to_given
from tasks.read_form import StepForm

HEARD = choice("heard_B", "Kind B (9 jaar): zelf gehoord?", alone="Ja, alleen gesproken", refuses="Nee, wil niet")
AGAIN = Question("followup_B", "Kind B (9 jaar): nieuwe poging op", kind=Kind.DATE)
COUNT = Question("earlier_reports", "Eerdere meldingen", kind=Kind.NUMBER, low=0, high=20)
WHO = Question("director", "Casusregisseur (code)", kind=Kind.CODE)
OUTCOME = choice("outcome", "Uitkomst", safe="Veilig", unsafe="Onveilig")
FORM = StepForm(
    step_id="K7Q3-H9FM-C.001",
    kind="safety_assessment",
    title="Veiligheidsbeoordeling",
    case_reference="K7Q3-H9FM-C",
    key="answer-0",
    description="Uiterlijk **di 28-04-2026**",
    questions=(HEARD, AGAIN, COUNT, WHO, OUTCOME),
    codes=("VT-101", "WT-201"),
    open=True,
    late=False,
    acute=False,
)
BY = {RECORDER: "VT-101"}


def refused(form: StepForm, answer: dict[str, Any]) -> bool:
    """True when Prefect's own check refuses this answer, and so never stores it."""
    try:
        validate(answer, schema(form), raise_on_error=True)
    except ValidationError:
        return True
    return False


def test_a_partial_answer_is_let_through() -> None:
    assert not refused(FORM, BY | {"heard_B": "Ja, alleen gesproken"})
    assert not refused(FORM, BY)


def test_an_answer_without_a_recorder_is_refused() -> None:
    assert refused(FORM, {"heard_B": "Nee, wil niet"})


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({"opmerking": "tekst"}, id="unknown field"),
        pytest.param({"heard_B": "alone"}, id="value instead of title"),
        pytest.param({"earlier_reports": 21}, id="out of range"),
        pytest.param({"director": "VT-999"}, id="unknown code"),
    ],
)
def test_what_the_form_does_not_ask_is_refused(extra: dict[str, object]) -> None:
    assert refused(FORM, BY | extra)


@pytest.mark.parametrize("typed", ["Anna de Boer", "123456782", "0612345678", "1234 AB", "a@b.nl", "", "VT-101; ja"])
def test_a_name_or_a_number_typed_as_recorder_is_refused_before_it_is_stored(typed: str) -> None:
    assert refused(FORM, {RECORDER: typed})


def test_a_region_with_other_codes_can_still_sign() -> None:
    form = replace(FORM, codes=("TEAMLEIDER1", "VT-101"))
    assert not refused(form, {RECORDER: "TEAMLEIDER1"})
    assert refused(form, {RECORDER: "Anna de Boer"})


def test_titles_become_values_and_what_was_left_open_is_left_out() -> None:
    answer: dict[str, object] = {RECORDER: " vt-101 ", "heard_B": "Nee, wil niet", "followup_B": "2026-04-24"}
    answer |= {"outcome": NOT_YET, "director": None, "elsewhere": ""}
    given_, by = to_given(FORM, answer | {"earlier_reports": 0})
    assert given_ == {"heard_B": "refuses", "followup_B": "2026-04-24", "earlier_reports": 0}
    assert by == "VT-101"


def test_what_is_known_is_shown_and_not_sent_again_as_new() -> None:
    form = replace(FORM, values={"heard_B": "alone", "followup_B": "2026-04-24", "earlier_reports": 2})
    fields = schema(form)["properties"]
    assert fields["heard_B"]["default"] == "Ja, alleen gesproken"
    assert NOT_YET not in fields["heard_B"]["enum"]
    assert fields["followup_B"]["default"] == "2026-04-24"
    sent_back = {name: field["default"] for name, field in fields.items() if "default" in field}
    assert to_given(form, BY | sent_back) == ({}, "VT-101")
    assert to_given(form, BY | sent_back | {"earlier_reports": 3}) == ({"earlier_reports": 3}, "VT-101")


def test_an_outcome_or_an_approval_is_never_filled_in_beforehand() -> None:
    approval = yes_no("approval", "Akkoord van tweede persoon")
    form = replace(FORM, questions=(OUTCOME, approval), values={"outcome": "safe", "approval": "yes"})
    assert {field.get("default") for field in schema(form)["properties"].values()} == {None, NOT_YET}
    assert to_given(form, BY | {"outcome": "Veilig", "approval": "Ja"})[0] == {"outcome": "safe", "approval": "yes"}


def test_a_title_that_is_no_choice_comes_through_for_the_ledger_to_refuse() -> None:
    assert to_given(FORM, BY | {"heard_B": "Misschien", "vreemd": 1})[0] == {"heard_B": "Misschien", "vreemd": 1}


def test_what_is_missing_stands_with_the_first_field_in_words_without_marks() -> None:
    """One interface folds the text above a long form away, the other shows the marks of markdown under a field."""
    form = replace(FORM, description="Uiterlijk **di 28-04-2026**.\n\nNog nodig:\n- Kind B\n- Uitkomst")
    said = schema(form)["properties"][RECORDER]["description"]
    assert said.split("\n\n")[:4] == ["Uiterlijk di 28-04-2026.", "Nog nodig:", "• Kind B", "• Uitkomst"]


def test_no_step_has_a_question_under_the_recorders_name() -> None:
    assert RECORDER not in {step.word for step in PROCESS}
    assert all("\n" not in option.title for step in PROCESS for option in step.outcomes)


NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,12}", fullmatch=True).filter(lambda name: name != RECORDER)
TITLES = st.text(min_size=1, max_size=30).filter(lambda text: text != NOT_YET)


@st.composite
def choices(draw: st.DrawFn) -> Question:
    titles = draw(st.lists(TITLES, min_size=1, max_size=6, unique=True))
    return Question(draw(NAMES), draw(TITLES), choices=tuple(Choice(f"v{n}", title) for n, title in enumerate(titles)))


@given(st.lists(choices(), min_size=1, max_size=8, unique_by=lambda question: question.name), st.data())
def test_whatever_is_chosen_comes_back_as_its_value(questions: list[Question], data: st.DataObject) -> None:
    form = replace(FORM, questions=tuple(questions))
    chosen = {q.name: data.draw(st.sampled_from(q.choices)) for q in questions if data.draw(st.booleans())}
    answer = {name: option.title for name, option in chosen.items()}
    assert not refused(form, BY | answer)
    assert to_given(form, BY | answer)[0] == {name: option.value for name, option in chosen.items()}
