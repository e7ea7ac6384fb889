"""The professionals of the region as the rules see them."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from domain.parties import Professional, Role, Roster
from integrations.ledger.tables import ProfessionalRow

_COLUMNS = [
    col(getattr(ProfessionalRow, name)) for name in ("code", "roles", "organisation", "team", "active", "expertise")
]


def professional(row: Any) -> Professional:
    """A row (or its columns) as a value of the domain."""
    roles = frozenset(Role(role) for role in row.roles)
    return Professional(row.code, roles, row.organisation, row.team, row.active, frozenset(row.expertise))


def roster(session: Session) -> Roster:
    """Everyone of the region. Small (tens of rows), so read whole."""
    return Roster(professional(row) for row in session.connection().execute(select(*_COLUMNS)))


def who(session: Session, code: str) -> Professional:
    """The active professional with this code. Raises KR-CODE-ONBEKEND or KR-CODE-INACTIEF."""
    return roster(session).active(code)


def owner_for(roster: Roster, wanted: str, *, worker: str, team: str, local: str, local_team: str) -> tuple[str, str]:
    """(code, team) of whoever must act on a step, by its owner rule; an empty code when nobody holds the role."""
    match wanted:
        case "worker":
            return worker, team
        case "on_call":
            found = roster.holding(Role.VT_ON_CALL)
            return (found[0] if found else worker), team
        case "local":
            leads = roster.leads([local_team])
            return local or (leads[0] if leads else ""), local_team
        case _:
            found = roster.holding(Role.MDA_COORDINATOR)
            return (found[0], roster.people[found[0]].team) if found else ("", team)
