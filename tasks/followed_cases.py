"""Which references a source of signals follows: those of open cases, also of one that went into an open case."""

from datetime import date

from sqlmodel import Session, col, select

from domain.case import CaseState
from domain.terms import local_date
from integrations.ledger.tables import Case


def followed_cases(session: Session, municipalities: tuple[str, ...] = ()) -> tuple[dict[str, date], frozenset[str]]:
    """The references to follow, each with the day on which its case came in, and those that are closed for good.

    `municipalities`: of these only; left out: all. A source knows a household by the reference it was given, whatever
    became of that on our side.
    """
    states = {row[0]: row[1:] for row in session.exec(select(Case.reference, Case.state, Case.joined_to))}
    theirs = [col(Case.municipality).in_(municipalities)] if municipalities else []
    asked = session.exec(select(Case.reference, Case.opened_at).where(*theirs)).all()
    days = {reference: local_date(opened) for reference, opened in asked if _open(states, reference)}
    return days, frozenset(reference for reference, _ in asked if reference not in days)


def _open(states: dict[str, tuple[str, str]], reference: str) -> bool:
    state, into = states[reference]
    return _open(states, into) if into else state != CaseState.CLOSED
