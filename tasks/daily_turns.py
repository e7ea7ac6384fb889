"""Whose turn a daily round has: two flows and the timer may each start the same one, and only one of them does it.

Each round has its own row in the settings: the last day it was done, and the moment before which nobody starts it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Self, TypeVar

from sqlmodel import Session

from domain.dutch import AMSTERDAM
from domain.terms import local_date
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import get, put

DAILY_HOUR = 5  # in Amsterdam, as in deployments/prefect.yaml; outside the hour that exists twice or not at all
ROUND_SECONDS = 600.0
"""A daily round begins nothing new after so long; it is then unfinished."""

LEASE = timedelta(hours=1)
"""Longer than ROUND_SECONDS and the last thing that was begun in them: a few exchanges, each within its own bound."""

AGAIN = timedelta(hours=1)
"""So long after a round that broke or could not finish it is tried again, the same day (POLICY)."""

Item = TypeVar("Item")


class Unfinished(str):
    """What a daily round says when it could not do everything; as any sentence, but the round is done again today."""


def told_of(what: str, each: Sequence[str]) -> str:
    """One sentence of what a round says of each partner: '' of none, unfinished when one of them is."""
    kind = Unfinished if any(isinstance(one, Unfinished) for one in each) else str
    return kind(f"{what}: {', '.join(each)}") if each else ""


@dataclass(frozen=True)
class Turn:
    """`done`: the last day on which the round ended well; `free_at`: nobody starts it before."""

    done: date = date.min
    free_at: datetime | None = None

    @classmethod
    def read(cls, text: str | None) -> Self:
        """From the settings; a round that was never done has no row."""
        day, _, free_at = (text or "").partition(" ")
        found = date.fromisoformat(day) if day else date.min
        return cls(found, datetime.fromisoformat(free_at) if free_at else None)

    def due(self, now: datetime) -> bool:
        """From the hour on when it was not done today, and at any hour when yesterday was missed too.

        What lies further ahead than anything here is put off was written while this machine's clock was wrong.
        """
        if self.free_at is not None and now < self.free_at <= now + max(LEASE, AGAIN):
            return False
        today = local_date(now)
        on_time = now.astimezone(AMSTERDAM).hour >= DAILY_HOUR
        return self.done > today or self.done < today - timedelta(days=1) or (self.done < today and on_time)

    def text(self) -> str:
        """As it stands in the settings."""
        return f"{self.done.isoformat()} {self.free_at.isoformat() if self.free_at else ''}".strip()


def turn_of(session: Session, name: str) -> Turn:
    """The turn of the round with this name."""
    return Turn.read(get(session, _key(name)))


def claim_turn(ledger: Ledger, name: str, now: datetime) -> bool:
    """True for the one who may do the round now; who dies in it holds it for LEASE."""
    with ledger.reading() as session:
        if not turn_of(session, name).due(now):
            return False
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        turn = turn_of(work.session, name)
        if not turn.due(now):
            return False
        put(work, _key(name), Turn(min(turn.done, local_date(now) - timedelta(days=1)), now + LEASE).text())
        return True


def settle_turn(ledger: Ledger, name: str, now: datetime, *, done: bool) -> None:
    """Done today; or later again, unless somebody else who also had it has done it meanwhile."""
    today = local_date(now)
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        if done:
            put(work, _key(name), Turn(today).text())
        elif (turn := turn_of(work.session, name)).done != today:
            put(work, _key(name), Turn(turn.done, now + AGAIN).text())


def in_time(items: Iterable[Item], seconds: float = ROUND_SECONDS) -> Iterator[Item]:
    """These, as long as there is time to begin one. What comes too late is for the next round."""
    until = monotonic() + seconds
    for item in items:
        if monotonic() >= until:
            return
        yield item


def _key(name: str) -> str:
    return f"daily:{name}"
