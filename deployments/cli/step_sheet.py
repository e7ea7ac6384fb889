"""A step as a person reads it on the screen, and as a script gets it."""

from typing import Any

from deployments.cli.case_sheet import CAUSES, STATES
from deployments.cli.output import print_table, say
from domain.dutch import day_text, moment_text
from domain.questions import Kind, Question
from domain.suspension import counted
from domain.terms import Unit, local_date
from integrations.ledger.tables import StepState
from tasks.show_step import StepSheet


def print_step(sheet: StepSheet) -> None:
    """The step, what is missing, and a row for each question."""
    say(f"{sheet.title}, stap {sheet.id} van zaak {sheet.case_reference}")
    say(f"  Stand: {STATES[StepState(sheet.state)]}{' (te laat)' if sheet.late else ''}{_alarm(sheet)}")
    if sheet.outcome:
        say(f"  Uitkomst: {sheet.outcome}")
    say(f"  Wie: {sheet.owner or 'niemand'}")
    _print_term(sheet)
    if sheet.waiting_cause:
        say(f"  Oorzaak van vertraging: {CAUSES.get(sheet.waiting_cause, sheet.waiting_cause)}")
    if sheet.missing:
        say("  Nog nodig om af te ronden:", *(f"    - {gap}" for gap in sheet.missing))
    if sheet.questions:
        rows = ((q.name, q.title, allowed(q), sheet.answers.get(q.name, "")) for q in sheet.questions)
        print_table(("veld", "vraag", "waarden", "bekend"), rows)


def _print_term(sheet: StepSheet) -> None:
    if sheet.due_at:
        say(f"  Uiterlijk: {moment_text(sheet.due_at)} ({sheet.explanation})")
    if sheet.suspended_until:
        say(f"  Opgeschort tot en met: {day_text(local_date(sheet.suspended_until))}")
    if sheet.gross_days is not None and sheet.net_days is not None:
        unit = Unit(sheet.counted_in)
        say(f"  Doorlooptijd: bruto {counted(sheet.gross_days, unit)}, netto {counted(sheet.net_days, unit)}")


def _alarm(sheet: StepSheet) -> str:
    if not sheet.acute:
        return ""
    return ", acuut, bevestigd" if sheet.acknowledged else ", acuut, nog niet bevestigd"


def allowed(question: Question) -> str:
    """The allowed values of a question in words."""
    match question.kind:
        case Kind.DATE:
            past, future = question.past, question.future
            return "datum jjjj-mm-dd" + (
                "" if past and future else ", tot en met vandaag" if past else ", vanaf vandaag"
            )
        case Kind.NUMBER:
            return f"getal {question.low} tot en met {question.high}"
        case Kind.CODE:
            return "medewerkerscode"
        case Kind.CASE:
            return "zaakcode"
        case _:
            return ", ".join(f"{choice.value} ({choice.title})" for choice in question.choices)


def as_json_object(sheet: StepSheet) -> dict[str, Any]:
    """The sheet with, for each question, its name, title, kind and allowed values."""
    questions = [_question(question, sheet) for question in sheet.questions]
    plain = {name: value for name, value in vars(sheet).items() if name != "codes"}
    return plain | {"questions": questions}


def _question(question: Question, sheet: StepSheet) -> dict[str, Any]:
    values = [choice.value for choice in question.choices]
    found: dict[str, Any] = {"name": question.name, "title": question.title, "kind": question.kind.value}
    if question.kind is Kind.CODE:
        values = list(sheet.codes)
    if question.kind is Kind.NUMBER:
        found |= {"low": question.low, "high": question.high}
    if question.kind is Kind.DATE:
        found |= {"past": question.past, "future": question.future}
    return found | {"values": values, "answer": sheet.answers.get(question.name)}
