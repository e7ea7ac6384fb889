"""Load the region's file into the ledger: new codes appear, changed ones change, missing people become inactive."""

from datetime import datetime
from typing import Any

from sqlmodel import SQLModel, col, select

from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Municipality, Organisation, ProfessionalRow, Team
from integrations.region_file import Region


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
        for person in region.professionals:
            _write(uow, ProfessionalRow, person.model_dump(mode="json") | {"organisation": home[person.team]})
        _leave(uow, {person.code for person in region.professionals})
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
