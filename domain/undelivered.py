"""A message that reached nobody becomes a task for a person: somebody else must speak to whom it was meant for."""

from collections.abc import Iterator, Mapping, Set

from domain.parties import Role
from domain.recipients import TEAM_LEADS, Contact

FURTHER = 2
"""Persons told of one lost message, one after the other when the first message about it is lost too (POLICY)."""


def told_instead(party: str, left_out: Set[str], contacts: Mapping[str, Contact]) -> str | None:
    """Who is told that a message to `party` was lost: the lead of its team, then the process director; None: nobody.

    Never one of `left_out` (who it was lost on), never one who cannot be reached or who may see no case.
    """
    for contact in _in_turn(party, contacts):
        if contact.code not in left_out and contact.reachable() and contact.may_read_cases():
            return contact.code
    return None


def _in_turn(party: str, contacts: Mapping[str, Contact]) -> Iterator[Contact]:
    first = contacts.get(party)
    if first and first.team:
        yield from (c for c in contacts.values() if c.team == first.team and c.roles & TEAM_LEADS)
    yield from (c for c in contacts.values() if Role.PROCESS_DIRECTOR in c.roles)
