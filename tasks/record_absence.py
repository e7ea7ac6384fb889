"""Record that a professional is away: from then on messages go to who stands in, and every term runs on."""

from datetime import datetime

from domain.access import refuse_planning
from domain.duty import AbsenceCause
from domain.errors import InputRefusal, UnknownRefusal
from domain.parties import Professional, Role, Roster
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.people import roster
from integrations.ledger.tables import Absence


def record_absence(
    ledger: Ledger,
    code: str,
    cause: AbsenceCause,
    by: str,
    *,
    door: str,
    now: datetime,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> Absence:
    """Record an absence, from now or from `from_at`, until `until_at` or until `end_absence`; gives the row.

    The professional, who divides the work, and the local lead of the same team may. The cause stays in its own row and
    out of the trail: a trail can never be made shorter. Raises RoleRefusal, UnknownRefusal, or InputRefusal.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        people = roster(uow.session)
        person = people.active(code)
        acting(uow, people, person, by, own=True)
        begin = from_at or now
        if until_at is not None and until_at <= max(begin, now):
            raise InputRefusal("KR-AFWEZIG-TIJD")
        row = Absence(
            professional=person.code,
            from_at=begin,
            until_at=until_at,
            cause=cause,
            recorded_at=now,
            recorded_by=uow.actor.code,
        )
        uow.session.add(row)
        until = until_at.isoformat() if until_at else ""
        uow.audit("persoon-afwezig", ground="beheer", code=person.code, van=begin.isoformat(), tot=until)
        return row


def anyone(people: Roster, code: str) -> Professional:
    """The professional with this code, also one who left. Raises KR-CODE-ONBEKEND."""
    person = people.people.get(code.strip().upper())
    if person is None:
        raise UnknownRefusal("KR-CODE-ONBEKEND")
    return person


def acting(uow: UnitOfWork, people: Roster, about: Professional, by: str, *, own: bool) -> None:
    """The act is that of `by`, who must be allowed to. `own`: people may record this of themselves."""
    actor = people.active(by)
    lead = actor.has(Role.LOCAL_TEAM_LEAD) and actor.team == about.team
    refuse_planning(actor, act="afwezigheid vastleggen", own=lead or (own and actor.code == about.code))
    uow.actor = Actor(actor.code, sorted(actor.roles)[0], uow.actor.door)
