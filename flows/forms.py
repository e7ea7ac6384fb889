"""The form of a step as Prefect shows it: a JSON schema, our titles in Dutch, and nothing but codes in its answer.

The schema is written by hand because Prefect's two interfaces differ from pydantic's habits: a union with None shows
as a "None" switch, and a default of null is sent back and then refused. See docs/decisions/0006-forms-in-prefect.md.
"""

import re
from collections.abc import Mapping
from typing import Any

from domain.answers import ACTS
from domain.gates import GATED
from domain.questions import Kind, Question, Value
from tasks.read_form import StepForm

NOT_YET = "– nog niet ingevuld –"
RECORDER = "vastgelegd_door"
CODE = "^[A-Za-z]{1,8}-[0-9]{1,5}$"  # a name, a number or an address typed here is refused before it is stored
REFERENCE = "^[A-Za-z0-9 -]{0,20}$"
LOOSE_CODE = "^[A-Za-z0-9-]{2,20}$"
ASKED_ANEW = GATED | ACTS  # these are never filled in beforehand: whoever gives them must mean them

Schema = dict[str, Any]


def schema(form: StepForm) -> Schema:
    """The JSON schema of the form: who records it, and one optional field a question; other fields are refused."""
    fields = {question.name: _field(question, form) for question in form.questions}
    return {
        "title": form.title,
        "type": "object",
        "properties": {RECORDER: _recorder(form)} | fields,
        "required": [RECORDER],
        "additionalProperties": False,
    }


def to_given(form: StepForm, answer: Mapping[str, object]) -> tuple[dict[str, object], str]:
    """The answers by question name, and the code of who gave them.

    What was left open and what was filled in beforehand and not changed is left out; anything else comes through as it
    is, for the ledger to judge.
    """
    by_name = {question.name: question for question in form.questions}
    given = {name: _value(by_name.get(name), shown) for name, shown in answer.items() if name != RECORDER}
    known = {name: value for name, value in form.values.items() if name not in ASKED_ANEW}
    new = {n: v for n, v in given.items() if v not in (None, "", NOT_YET) and (n not in known or known[n] != v)}
    return new, str(answer.get(RECORDER, "")).strip().upper()


def _value(question: Question | None, shown: object) -> object:
    if question is None or question.kind is not Kind.CHOICE:
        return shown
    return next((choice.value for choice in question.choices if choice.title == shown), shown)


def heading(form: StepForm) -> str:
    """What stands above the form. Prefect folds this away when a form is long, so it holds nothing that matters."""
    return f"**{form.title}** · zaak {form.case_reference}"


def _recorder(form: StepForm) -> Schema:
    """The first field, always in sight: hence what is missing, and why an answer was refused, stand here."""
    plain = all(re.search(CODE, code) for code in form.codes)
    return {
        "title": "Vastgelegd door (code)",
        "description": f"{_plain(form.description)}\n\nVul hieronder uw eigen code in.",
        "type": "string",
        "pattern": CODE if plain else LOOSE_CODE,
    }


def _plain(markdown: str) -> str:
    """The same text for both interfaces under a field: one knows paragraphs but no lists, the other no markdown."""
    lines = markdown.replace("**", "").splitlines()
    return "\n\n".join(f"• {line[2:]}" if line.startswith("- ") else line for line in lines if line.strip())


def _field(question: Question, form: StepForm) -> Schema:
    known = None if question.name in ASKED_ANEW else form.values.get(question.name)
    match question.kind:
        case Kind.DATE:
            return _with_known({"title": question.title, "type": "string", "format": "date"}, known)
        case Kind.NUMBER:
            return _with_known(_number(question), known)
        case Kind.CODE:
            return _select(question.title, form.codes, known)
        case Kind.CASE:
            return _with_known({"title": question.title, "type": "string", "pattern": REFERENCE}, known)
        case _:
            titles = {choice.value: choice.title for choice in question.choices}
            return _select(question.title, tuple(titles.values()), titles.get(str(known)) if known else None)


def _number(question: Question) -> Schema:
    span = f"{question.low} t/m {question.high}"
    limits = {"minimum": question.low, "maximum": question.high}
    return {"title": question.title, "type": "integer", "description": span} | limits


def _select(title: str, options: tuple[str, ...], known: Value | None) -> Schema:
    shown = list(options) if known in options else [NOT_YET, *options]
    return {"title": title, "type": "string", "enum": shown, "default": known if known in options else NOT_YET}


def _with_known(field: Schema, known: Value | None) -> Schema:
    return field if known is None else field | {"default": known}
