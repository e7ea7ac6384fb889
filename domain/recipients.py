"""Who gets a message when the party it is meant for cannot be reached: a ladder never ends in nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.parties import COUNTS_ONLY, Role

TEAM_LEADS = frozenset({Role.LOCAL_TEAM_LEAD, Role.VT_TEAM_LEAD})


@dataclass(frozen=True)
class Contact:
    """A professional as delivery sees one. `channels` is how many there are, not what they are."""

    code: str
    team: str
    roles: frozenset[str]
    channels: int
    deputy: str = ""
    active: bool = True

    def reachable(self) -> bool:
        """True when a message can go to this code."""
        return self.active and self.channels > 0

    def may_read_cases(self) -> bool:
        """False for those whose every role sees numbers only."""
        return not self.roles or not COUNTS_ONLY.issuperset(self.roles)


def recipient(party: str, contacts: Mapping[str, Contact], *, counts: bool = False) -> str | None:
    """The code that gets the message: the party, else deputy, team lead, process director; None: nobody is left.

    With `counts` the message holds numbers only, and those who may see nothing else are allowed too.
    """
    for contact in _in_turn(party, contacts):
        if contact.reachable() and (counts or contact.may_read_cases()):
            return contact.code
    return None


def _in_turn(party: str, contacts: Mapping[str, Contact]) -> Iterator[Contact]:
    first = contacts.get(party)
    if first:
        yield first
        if first.deputy in contacts:
            yield contacts[first.deputy]
        yield from (c for c in contacts.values() if c.team == first.team and c.roles & TEAM_LEADS)
    yield from (c for c in contacts.values() if Role.PROCESS_DIRECTOR in c.roles)
