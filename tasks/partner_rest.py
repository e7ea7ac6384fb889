"""Who of the partners' systems asked for rest is left alone until then, by every round: the one place that knows.

A server that is too busy (429, 503) says in Retry-After when to come back; that holds for all that waits for it, not
for the one request it answered.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from domain.delivery import LONGEST_WAIT
from integrations.http import Unanswered
from integrations.http.judge import SLOW_DOWN
from integrations.ledger import UnitOfWork
from integrations.ledger.settings_table import get, put

NOT_BEFORE = "not_before:"
MISSES = 3
"""So many in a row say that the system is away or refuses us, where one may be about one item only (POLICY)."""

NO_RIGHTS = frozenset({401, 403})
SLOW = frozenset({"tijd-verstreken", "verbroken", "grens-verstreken"})


def rests_until(session: Session, whom: str, now: datetime) -> datetime | None:
    """Until when this system (`overdracht:CJG-MEERDORP`, `melder:POL-KUST` …) must not be asked anything; None: it may.

    A moment further ahead than anybody may ask for was written while this machine's clock was wrong: not a rest.
    """
    found = get(session, f"{NOT_BEFORE}{whom}")
    until = datetime.fromisoformat(found) if found else now
    return until if now < until <= now + LONGEST_WAIT else None


def resting(session: Session, whom: str, now: datetime) -> bool:
    """True while it must be left alone."""
    return rests_until(session, whom, now) is not None


def awake(session: Session, kind: str, names: Iterable[str], now: datetime) -> set[str]:
    """Those of these systems of one kind (`overdracht`, `melder` …) that may be asked now."""
    return {name for name in names if not resting(session, f"{kind}:{name}", now)}


def rest(uow: UnitOfWork, whom: str, until: datetime) -> None:
    """Leave this system alone until then; never sooner than it asked before."""
    if until > (rests_until(uow.session, whom, uow.now) or uow.now):
        put(uow, f"{NOT_BEFORE}{whom}", until.isoformat())


def rest_after(uow: UnitOfWork, whom: str, missed: Unanswered | None, *, busy: timedelta = timedelta()) -> None:
    """The same, for as long as this answer asked, and at least `busy` when it says that it is too busy."""
    if missed is not None:
        least = busy if missed.status in SLOW_DOWN else timedelta()
        rest(uow, whom, uow.now + max(least, timedelta(seconds=missed.wait)))


def wake(uow: UnitOfWork, whom: str) -> None:
    """Somebody who knows better asks for it now: the rest is over."""
    put(uow, f"{NOT_BEFORE}{whom}", uow.now.isoformat())


def leave_alone(missed: Unanswered | None, *, in_a_row: int = MISSES) -> bool:
    """True when it was not about this one item: the system is away, refuses us, or is too busy. No more this round.

    `in_a_row`: how many it missed by now, for who asks about many items that rights may keep from us one by one.
    """
    if missed is None:
        return False
    if missed.wait > 0 or missed.status in SLOW_DOWN:
        return True
    return missed.result.route_down and (in_a_row >= MISSES or not _may_be_of_one(missed))


def _may_be_of_one(missed: Unanswered) -> bool:
    """Rights may go by item (in ZGW by `vertrouwelijkheidaanduiding`), and one item may be too much for a server."""
    return missed.status in NO_RIGHTS or missed.result.reason in SLOW
