"""Watch the clock: which rounds ran last, by Prefect's schedule and by any door, and is that too long ago."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.watch import Silence, silence
from integrations.ledger import Ledger
from integrations.ledger.tables import SweepRun
from tasks.sweep_deadlines import CLOCK


@dataclass(frozen=True)
class Watched:
    """`last_by_clock` and `last_sweep`: the last rounds, None when there was none. `silent`: what stands still."""

    at: datetime
    silent: Silence | None
    last_by_clock: datetime | None = None
    last_sweep: datetime | None = None

    @property
    def since(self) -> datetime | None:
        """Since when it is silent."""
        return self.last_by_clock if self.silent is Silence.CLOCK else self.last_sweep


def watch_clock(ledger: Ledger, now: datetime) -> Watched:
    """What the ledger knows of its rounds at `now`. Raises what opening it raises."""
    with ledger.reading() as session:
        by_clock, last = last_sweeps(session)
    return Watched(now, silence(by_clock, last, now), by_clock, last)


def last_sweeps(session: Session) -> tuple[datetime | None, datetime | None]:
    """When Prefect's clock swept last, and when anything did. In the order they were written: clocks may be wrong."""
    newest = select(SweepRun.at).order_by(col(SweepRun.id).desc()).limit(1)
    return session.exec(newest.where(SweepRun.door == CLOCK)).first(), session.exec(newest).first()
