"""Load the region's file into the ledger: new codes appear, changed ones change, missing people become inactive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import SQLModel, col, or_, select

from domain.duty import LEFT
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Absence, Municipality, Organisation, ProfessionalRow, Shift, Team
from integrations.region_file import Region, RegionShift


def load_region(ledger: Ledger, region: Region, now: datetime) -> None:
    """Write this region over what the ledger knows. Nobody is ever deleted: codes stand in old answers."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        put(uow, "region", region.name)
        for organisation in region.organisations:
            _write(uow, Organisation, organisation.model_dump(mode="json"))
        uow.session.flush()
        for team in region.teams:
            _write(uow, Team, team.model_dump())
        uow.session.flush()
        for municipality in region.municipalities:
            _write(uow, Municipality, municipality.model_dump())
        home = {team.code: team.organisation for team in region.teams}
        gone = _departed(uow)
        for person in region.professionals:
            values = person.model_dump(mode="json") | {"organisation": home[person.team]}
            _write(uow, ProfessionalRow, values | {"active": person.active and person.code not in gone})
        _leave(uow, {person.code for person in region.professionals})
        uow.session.flush()
        _roster(uow, region.shifts, now)
        uow.audit("regio-geladen", ground="beheer", professionals=len(region.professionals), teams=len(region.teams))


def _write(uow: UnitOfWork, table: type[SQLModel], values: dict[str, Any]) -> None:
    row = uow.session.get(table, values["code"])
    if row is None:
        uow.session.add(table(**values))
        return
    for name, value in values.items():
        setattr(row, name, value)


def _leave(uow: UnitOfWork, present: set[str]) -> None:
    gone = select(ProfessionalRow).where(col(ProfessionalRow.code).not_in(present))
    for row in uow.session.exec(gone):
        row.active = False


def _departed(uow: UnitOfWork) -> frozenset[str]:
    """Who left by command stays gone, whatever an older file says, until `person back`."""
    left = select(Absence.professional).where(Absence.cause == LEFT, col(Absence.until_at).is_(None))
    return frozenset(uow.session.exec(left))


def _roster(uow: UnitOfWork, shifts: Sequence[RegionShift], now: datetime) -> None:
    """The file's duty roster from now on. What is over stays as it was."""
    coming = [shift for shift in shifts if shift.until_at > now]
    since = min((shift.from_at for shift in coming), default=now)
    rows = uow.session.exec(select(Shift).where(or_(col(Shift.until_at) > now, col(Shift.from_at) >= since)))
    known = {(row.professional, row.from_at): row for row in rows}
    for shift in coming:
        key = shift.professional, shift.from_at
        row = known.pop(key, None) or Shift(professional=key[0], from_at=key[1], until_at=shift.until_at)
        row.until_at = shift.until_at
        uow.session.add(row)
    for row in known.values():
        if row.until_at > now:
            uow.session.delete(row)
