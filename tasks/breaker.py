"""A route that is down is found out by a handful of sends: it must not cost fifteen seconds a mail all round long."""

from collections import Counter
from collections.abc import Iterable

from integrations.ledger.contacts import AddressBook
from integrations.mail import Result
from integrations.mail.sender import MAIL
from integrations.notifynl.addresses import NOTIFYNL
from tasks.claim_deliveries import Claim

SILENCES = 5
"""In a row on one route, before the rest of the round is handed back (POLICY)."""


class Breaker:
    """Which routes are down in this round. All mail takes one route, the relay, and all that NotifyNL sends another;
    any other channel is a route itself."""

    def __init__(self) -> None:
        self._silences: Counter[str] = Counter()
        self.down: frozenset[str] = frozenset()

    def note(self, outcomes: Iterable[tuple[Claim, Result | None]]) -> None:
        """Learn from these outcomes. Whoever answers is there, whatever the answer; what was not sent tells nothing."""
        for claim, result in outcomes:
            if result is not None:
                route = _route(claim.channel)
                self._silences[route] = self._silences[route] + 1 if result.route_down else 0
        self.down |= {route for route, silences in self._silences.items() if silences >= SILENCES}

    def stops(self, claim: Claim) -> bool:
        """True when this claim must be handed back, unsent."""
        return _route(claim.channel) in self.down

    def channels(self, book: AddressBook) -> list[tuple[str, int]]:
        """The channels, as (code, number), that are not to be claimed any more in this round."""
        if not self.down:
            return []
        numbered = ((code, number, url) for code, urls in book.channels.items() for number, url in enumerate(urls))
        return [(code, number) for code, number, url in numbered if _route(url) in self.down]


def _route(channel: str) -> str:
    return next((route for route in (MAIL, NOTIFYNL) if channel.startswith(route)), channel)
