"""Count what a Notificaties API told about an address that is of no system we know: never the address itself.

Where the partner spells its address otherwise than the partners' file does, everything it tells is of this kind.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlmodel import Session

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import get, put

KEPT = timedelta(days=30)
"""What is older says nothing any more; as long as notifications themselves are kept."""


@dataclass(frozen=True)
class Strange:
    """How many, and when the first and the last of them came."""

    number: int
    first: datetime
    last: datetime

    @classmethod
    def read(cls, text: str) -> Self:
        """As it stands in the settings."""
        number, first, last = text.split(" ")
        return cls(int(number), datetime.fromisoformat(first), datetime.fromisoformat(last))

    def text(self) -> str:
        """As it goes into the settings."""
        return f"{self.number} {self.first.isoformat()} {self.last.isoformat()}"


def count_strange(ledger: Ledger, source: str, now: datetime) -> None:
    """One more of this source."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        known = strange_of(work.session, source, now) or Strange(0, now, now)
        put(work, _key(source), Strange(known.number + 1, known.first, now).text())


def strange_of(session: Session, source: str, now: datetime) -> Strange | None:
    """What came of this source; None when nothing did in the last thirty days."""
    text = get(session, _key(source))
    found = Strange.read(text) if text else None
    return found if found and now - KEPT < found.last else None


def _key(source: str) -> str:
    return f"notifications_strange:{source}"
