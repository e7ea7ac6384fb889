"""Who gets a message when the party it is meant for cannot be reached: a ladder never ends in nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.parties import COUNTS_ONLY, VT_ROLES, Role

TEAM_LEADS = frozenset({Role.LOCAL_TEAM_LEAD, Role.VT_TEAM_LEAD})
SEES_EVERY_CASE = VT_ROLES | {Role.VT_MANAGER}


@dataclass(frozen=True)
class Contact:
    """A professional as delivery sees one at a moment. `channels` is how many there are, not what they are."""

    code: str
    team: str
    roles: frozenset[str]
    channels: int
    deputy: str = ""
    active: bool = True
    away: bool = False

    def reachable(self) -> bool:
        """True when a message can go to this code now."""
        return self.active and self.channels > 0 and not self.away

    def may_read_cases(self) -> bool:
        """False for those whose every role sees numbers only."""
        return not self.roles or not COUNTS_ONLY.issuperset(self.roles)


def recipient(party: str, contacts: Mapping[str, Contact], *, counts: bool = False) -> str | None:
    """The code that gets the message; None: nobody is left.

    In turn: the party, its deputy and that one's deputy and so on, the team lead, the process director, and then
    anybody of Veilig Thuis who may read cases. A local professional never gets the case of another by accident.
    With `counts` the message holds numbers only: those who may see nothing else are allowed too, and come first.
    """
    for contact in _in_turn(party, contacts, counts):
        if contact.reachable() and (counts or contact.may_read_cases()):
            return contact.code
    return None


def _in_turn(party: str, contacts: Mapping[str, Contact], counts: bool) -> Iterator[Contact]:
    yield from _standing_in(party, contacts)
    if counts:
        yield from (c for c in contacts.values() if c.roles and not c.may_read_cases())
    if first := contacts.get(party):
        yield from (c for c in contacts.values() if c.team == first.team and c.roles & TEAM_LEADS)
    yield from (c for c in contacts.values() if Role.PROCESS_DIRECTOR in c.roles)
    yield from sorted((c for c in contacts.values() if c.roles & SEES_EVERY_CASE), key=_lead_first)


def _standing_in(party: str, contacts: Mapping[str, Contact]) -> Iterator[Contact]:
    """The party and its deputies, each once: two who stand in for each other do not keep us going."""
    seen: set[str] = set()
    while party in contacts and party not in seen:
        seen.add(party)
        yield contacts[party]
        party = contacts[party].deputy


def _lead_first(contact: Contact) -> tuple[bool, bool, str]:
    """A team lead or the manager before the duty desk, the duty desk before a worker."""
    leads = bool(contact.roles & {Role.VT_TEAM_LEAD, Role.VT_MANAGER})
    return not leads, Role.VT_ON_CALL not in contact.roles, contact.code
