"""The ledger a command works on, and the moments it works at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.moments import parse_moment
from integrations.ledger import Ledger
from integrations.settings import settings
from tasks.ledger_clock import act_moment, ledger_now, view_moment


@dataclass(frozen=True)
class Opened:
    """An open ledger and what was given as --now."""

    ledger: Ledger
    given: datetime | None

    def acting(self) -> datetime:
        """The moment of a change. Raises KR-KLOK-ECHT or KR-KLOK-TERUG."""
        return act_moment(self.ledger, self.given, clock())

    def viewing(self) -> datetime:
        """The moment a reading looks from."""
        return view_moment(self.ledger, self.given, clock())

    def logging(self) -> datetime:
        """The ledger's own moment, for the trail: --now does not change when something was really read."""
        return ledger_now(self.ledger, clock())


@contextmanager
def opened(database: str, now: str = "") -> Iterator[Opened]:
    """The ledger of --database or of the settings; closed again at the end."""
    given = parse_moment(now) if now else None
    ledger = Ledger(database or settings().database_url)
    try:
        yield Opened(ledger, given)
    finally:
        ledger.dispose()


def clock() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)
