"""Record that a professional is back: from then on messages go to them again."""

from datetime import datetime

from sqlmodel import col, or_, select

from domain.errors import StateRefusal
from integrations.ledger import Actor, Ledger
from integrations.ledger.people import roster
from integrations.ledger.tables import Absence, ProfessionalRow
from tasks.record_absence import acting, anyone


def end_absence(ledger: Ledger, code: str, by: str, *, door: str, now: datetime) -> None:
    """End every absence that runs at `now`; somebody who had left works here again. What is still to come stays.

    Raises StateRefusal KR-NIET-AFWEZIG when there is nothing to end, RoleRefusal, or UnknownRefusal.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        people = roster(uow.session)
        person = anyone(people, code)
        acting(uow, people, person, by, own=person.active)
        running = select(Absence).where(Absence.professional == person.code, col(Absence.from_at) <= now)
        rows = uow.session.exec(running.where(or_(col(Absence.until_at).is_(None), col(Absence.until_at) > now))).all()
        if not rows and person.active:
            raise StateRefusal("KR-NIET-AFWEZIG")
        for row in rows:
            row.until_at = now
        uow.session.get_one(ProfessionalRow, person.code).active = True
        uow.audit("persoon-terug", ground="beheer", code=person.code)
