"""Whoever takes up something that went wrong, known by a code: anybody of the region who may see cases."""

from domain.access import refuse_counts_only
from domain.parties import Professional
from integrations.ledger import Actor, UnitOfWork
from integrations.ledger.people import who


def acting(work: UnitOfWork, by: str) -> Professional:
    """This professional acts, through the door of this unit. Raises KR-CODE-ONBEKEND, KR-CODE-INACTIEF, KR-ROL for
    who sees numbers only."""
    person = who(work.session, by)
    refuse_counts_only(person)
    work.actor = Actor(person.code, sorted(person.roles)[0], work.actor.door)
    return person
