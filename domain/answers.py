"""From what a door was given to values the ledger may hold: every answer checked against its question."""

from collections.abc import Mapping
from datetime import date

from domain.errors import InputRefusal, UnknownRefusal
from domain.privacy import refuse_personal
from domain.questions import Facts, Kind, Question, Value
from domain.references import is_valid, normalise

ACTS = frozenset({"approval", "extension", "next_act"})
"""Answers that do something each time they are given, also when the value is the same; never filled in beforehand."""


def checked(
    questions: tuple[Question, ...], given: Mapping[str, object], *, today: date, codes: frozenset[str]
) -> dict[str, Value]:
    """The given answers as values. `codes` are the active professionals of the region.

    Raises UnknownRefusal (a question this step does not ask), InputRefusal (not an allowed value) or PrivacyRefusal;
    no error repeats what was given.
    """
    by_name = {question.name: question for question in questions}
    unknown = [name for name in given if name not in by_name]
    refuse_personal(str(value) for value in (*unknown, *given.values()))
    if unknown:
        raise UnknownRefusal("KR-VRAAG-ONBEKEND", count=len(unknown))
    return {name: _value(by_name[name], raw, today, codes) for name, raw in given.items()}


def _value(question: Question, raw: object, today: date, codes: frozenset[str]) -> Value:
    match question.kind:
        case Kind.DATE:
            return _day(question, raw, today).isoformat()
        case Kind.NUMBER:
            return _number(question, raw)
        case Kind.CODE:
            return _one_of(question, str(raw), codes)
        case Kind.CASE:
            return _reference(question, str(raw))
        case _:
            return _one_of(question, _plain(raw), frozenset(choice.value for choice in question.choices))


def _plain(raw: object) -> str:
    """YAML and JSON turn yes and no into booleans; the answer meant is the word."""
    return {True: "yes", False: "no"}[raw] if isinstance(raw, bool) else str(raw)


def _one_of(question: Question, raw: str, allowed: frozenset[str]) -> str:
    if raw not in allowed:
        raise InputRefusal("KR-KEUZE-ONGELDIG", field=question.title)
    return raw


def _day(question: Question, raw: object, today: date) -> date:
    try:
        day = date.fromisoformat(str(raw))
    except ValueError:
        raise InputRefusal("KR-DATUM-ONGELDIG", field=question.title) from None
    if not question.past and day < today:
        raise InputRefusal("KR-DATUM-VERLEDEN", field=question.title)
    if not question.future and day > today:
        raise InputRefusal("KR-DATUM-TOEKOMST", field=question.title)
    return day


def _reference(question: Question, raw: str) -> str:
    """Whether there is such a case, the ledger says."""
    if not is_valid(raw):
        raise InputRefusal("KR-ZAAKCODE-ONGELDIG", field=question.title)
    return normalise(raw)


def _number(question: Question, raw: object) -> int:
    try:
        number = int(str(raw))
    except ValueError:
        number = question.low - 1
    if not question.low <= number <= question.high or isinstance(raw, bool):
        raise InputRefusal("KR-GETAL-ONGELDIG", field=question.title, low=question.low, high=question.high)
    return number


def changed(facts: Facts, values: Mapping[str, Value]) -> dict[str, Value]:
    """Only what differs from what is known: a form sent again does not make its sender the author of old answers."""
    return {name: value for name, value in values.items() if name in ACTS or name not in facts or facts[name] != value}
