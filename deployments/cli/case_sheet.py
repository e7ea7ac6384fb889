"""A case as a person reads it on the screen."""

from datetime import date, datetime

from deployments.cli.output import print_table, say
from domain.asks import DELAY_CAUSE, SEVERITIES
from domain.case import STATE_TITLES, CaseState
from domain.dutch import day_text, moment_text
from domain.process import step_of
from domain.reports import CLASSIFICATIONS, CONCERNS
from integrations.ledger.tables import StepState
from tasks.show_case import CaseSheet, StepLine

STATES = {
    StepState.PLANNED: "gepland",
    StepState.OPEN: "open",
    StepState.DONE: "klaar",
    StepState.CANCELLED: "vervallen",
}
CAUSES = {choice.value: choice.title for choice in DELAY_CAUSE.choices}


def print_case(sheet: CaseSheet, now: datetime) -> None:
    """Everything in the sheet; what is empty is left out."""
    say(f"Zaak {sheet.reference} op {moment_text(now)}")
    for name, value in _head(sheet):
        if value:
            say(f"  {name + ':':<24} {value}")
    _persons(sheet)
    _risks(sheet)
    _signals(sheet)
    columns = ("stap", "wat", "stand", "uitkomst", "wie", "uiterlijk", "te laat", "bruto", "netto", "oorzaak")
    print_table(columns, (_step(step) for step in sheet.steps), "Stappen")


def _head(sheet: CaseSheet) -> tuple[tuple[str, str], ...]:
    received = (f"{moment_text(r.received_at)} ({CLASSIFICATIONS.get(r.classification, '')})" for r in sheet.reports)
    numbers = (f"{organisation} {number}" for organisation, number in sheet.own_numbers.items())
    return (
        ("Toestand", STATE_TITLES[CaseState(sheet.state)]),
        ("Zicht op veiligheid", sheet.sight),
        ("Status voor de melder", sheet.status),
        ("Wacht", CAUSES.get(sheet.waiting_cause, sheet.waiting_cause)),
        ("Aard", CONCERNS.get(sheet.concern, "")),
        ("Gemeente", sheet.municipality),
        ("Veilig Thuis", f"{sheet.team}, {sheet.worker}"),
        ("Lokaal team", ", ".join(filter(None, (sheet.local_team, sheet.local_professional)))),
        ("Meldingen", "; ".join(received)),
        ("Eigen zaaknummers", "; ".join(numbers)),
        ("Open risico's", str(sheet.open_risks)),
        ("Geopend", moment_text(sheet.opened_at)),
        ("Afgesloten", moment_text(sheet.closed_at) if sheet.closed_at else ""),
        ("Bewaren tot", sheet.retention_until),
        ("Opgegaan in", sheet.joined_to),
    )


def _persons(sheet: CaseSheet) -> None:
    if sheet.persons:
        say(f"  {'Gezin:':<24} {', '.join(person['title'] for person in sheet.persons)}")


def _risks(sheet: CaseSheet) -> None:
    titles = {choice.value: choice.title for choice in SEVERITIES}
    if sheet.risks:
        rows = (
            (r.key, r.title, titles.get(r.severity, ""), r.at_risk, r.owner, "open" if r.open else "opgelost")
            for r in sheet.risks
        )
        print_table(("risico", "wat", "ernst", "voor wie", "bij", "stand"), rows, "Risico's")


def _signals(sheet: CaseSheet) -> None:
    if sheet.signals:
        rows = ((s.title, s.person, day_text(date.fromisoformat(s.seen_on)), s.source, s.step) for s in sheet.signals)
        print_table(("signaal", "wie", "gezien op", "bron", "stap"), rows, "Signalen")


def _step(step: StepLine) -> tuple[object, ...]:
    outcomes = {choice.value: choice.title for choice in step_of(step.kind).outcomes}
    return (
        step.id,
        step.title,
        STATES[StepState(step.state)],
        outcomes.get(step.outcome, step.outcome),
        step.owner,
        step.due_at,
        step.late,
        step.gross_days,
        step.net_days,
        CAUSES.get(step.waiting_cause, step.waiting_cause),
    )
