"""Record that a professional has left: messages go to who stands in at once, and open steps stay due."""

from datetime import datetime

from sqlmodel import col, func, select

from domain.duty import LEFT
from integrations.ledger import Actor, Ledger
from integrations.ledger.people import roster
from integrations.ledger.tables import Absence, ProfessionalRow, Step, StepState
from tasks.record_absence import acting


def record_departure(ledger: Ledger, code: str, by: str, *, door: str, now: datetime) -> int:
    """Record it; gives how many open steps still stand in this code's name and need another owner.

    The code stays inactive when the region is loaded again, until `end_absence`. Raises RoleRefusal, UnknownRefusal.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        people = roster(uow.session)
        person = people.active(code)
        acting(uow, people, person, by, own=False)
        uow.session.add(
            Absence(
                professional=person.code,
                from_at=now,
                cause=LEFT,
                recorded_at=now,
                recorded_by=uow.actor.code,
            )
        )
        uow.session.get_one(ProfessionalRow, person.code).active = False
        owned = select(func.count(col(Step.id))).where(Step.owner == person.code, Step.state == StepState.OPEN)
        left = uow.session.exec(owned).one()
        uow.audit("persoon-vertrokken", ground="beheer", code=person.code, open_stappen=left)
        return left
