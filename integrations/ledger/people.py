"""The professionals of the region as the rules see them, and who of them is there."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from domain.duty import Duty, Span
from domain.parties import Professional, Role, Roster
from integrations.ledger.tables import Absence, ProfessionalRow, Shift

_COLUMNS = [
    col(getattr(ProfessionalRow, name)) for name in ("code", "roles", "organisation", "team", "active", "expertise")
]


def professional(row: Any) -> Professional:
    """A row (or its columns) as a value of the domain."""
    roles = frozenset(Role(role) for role in row.roles)
    return Professional(row.code, roles, row.organisation, row.team, row.active, frozenset(row.expertise))


def roster(session: Session, now: datetime | None = None) -> Roster:
    """Everyone of the region, with whose turn it is at `now`. Small (tens of rows), so read whole."""
    people = [professional(row) for row in session.connection().execute(select(*_COLUMNS))]
    return Roster(people, duty_from(session, now) if now else None, now)


def duty_from(session: Session, now: datetime) -> Duty:
    """The absences and shifts that run at `now` or come after it; what is over is not read."""
    connection = session.connection()
    shifts = select(col(Shift.professional), col(Shift.from_at), col(Shift.until_at)).where(col(Shift.until_at) > now)
    absences = select(col(Absence.professional), col(Absence.from_at), col(Absence.until_at))
    absences = absences.where(or_(col(Absence.until_at).is_(None), col(Absence.until_at) > now))
    return Duty(
        tuple(Span(*row) for row in connection.execute(shifts)),
        tuple(Span(*row) for row in connection.execute(absences)),
    )


def who(session: Session, code: str) -> Professional:
    """The active professional with this code. Raises KR-CODE-ONBEKEND or KR-CODE-INACTIEF."""
    return roster(session).active(code)


def owner_for(roster: Roster, wanted: str, *, worker: str, team: str, local: str, local_team: str) -> tuple[str, str]:
    """(code, team) of whoever must act on a step, by its owner rule; an empty code when nobody holds the role."""
    match wanted:
        case "worker":
            return worker, team
        case "on_call":
            found = roster.desk()
            return (found[0] if found else worker), team
        case "local":
            leads = roster.leads([local_team])
            return local or (leads[0] if leads else ""), local_team
        case _:
            found = roster.holding(Role.MDA_COORDINATOR)
            return (found[0], roster.people[found[0]].team) if found else ("", team)
