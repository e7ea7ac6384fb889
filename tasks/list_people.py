"""List the professionals: roles, who is there, who stands in. Codes only, and never why somebody is away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from domain.recipients import recipient
from integrations.ledger import Ledger
from integrations.ledger.contacts import address_book
from integrations.ledger.people import roster
from integrations.ledger.tables import Step, StepState


@dataclass(frozen=True)
class PersonLine:
    """One professional at a moment. `away_until` None while away: not known; `channels` and `open_steps` are numbers.

    `stands_in`: who gets their messages now, '' when they do so themselves or nobody can. The line without a code
    counts the steps that nobody owns.
    """

    code: str
    team: str = ""
    roles: tuple[str, ...] = ()
    active: bool = True
    away: bool = False
    away_until: datetime | None = None
    on_duty: bool = False
    deputy: str = ""
    stands_in: str = ""
    channels: int = 0
    open_steps: int = 0


def list_people(ledger: Ledger, now: datetime) -> list[PersonLine]:
    """Everyone of the region by code, at `now`; last the steps without an owner, when there are any."""
    with ledger.reading() as session:
        return list(_lines(session, now))


def _lines(session: Session, now: datetime) -> Iterator[PersonLine]:
    book, people, open_ = address_book(session, now), roster(session, now), _open_steps(session)
    for code in sorted(people.people):
        contact = book.contacts[code]
        gets = recipient(code, book.contacts, counts=not contact.may_read_cases()) or ""
        yield PersonLine(
            code,
            contact.team,
            tuple(sorted(contact.roles)),
            contact.active,
            contact.away,
            people.duty.away_until(code, now),
            code in book.awake,
            contact.deputy,
            "" if gets == code else gets,
            contact.channels,
            open_.pop(code, 0),
        )
    if open_:
        yield PersonLine("", open_steps=sum(open_.values()))


def _open_steps(session: Session) -> dict[str, int]:
    counted = select(Step.owner, func.count()).where(Step.state == StepState.OPEN).group_by(col(Step.owner))
    return dict(session.exec(counted).all())
