"""Read again what partners' systems said had changed. What a notification says is never believed, only where to look.

A lost notification costs a day at most: the daily look at every open hand-over finds the same change.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import and_, delete, or_
from sqlmodel import col, select

from domain.delivery import LONGEST_WAIT, next_try
from domain.dutch import amount
from domain.errors import KetenregieError
from integrations.handover_systems import patience, systems
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.partner_tables import Notification
from integrations.verdict import Verdict
from tasks.claim_offers import SLACK
from tasks.offer_handovers import clock_of
from tasks.read_handover import Heard, read_handover_at

LOGGER = logging.getLogger("ketenregie.notifications")
MOST = 500
ROUND_SECONDS = 90.0
"""So many addresses a round, and no new one after so long: what is left is for the next round, in two minutes."""

KEPT = timedelta(days=30)
"""A notification that was dealt with is remembered so long, that a repeat counts once (they repeat for a day)."""

UNKNOWN = "onbekend"
Read = Callable[[Ledger, str, datetime], Heard]


@dataclass(frozen=True)
class Outcome:
    """What came of one address. `again`: seconds to wait at least, None when nothing is left to do."""

    reason: str = ""
    again: float | None = None


def process_notifications(ledger: Ledger, now: datetime, read: Read = read_handover_at) -> str:
    """One round; a Dutch sentence with figures, '' when nothing waited. An address is read once, however often told."""
    done = later = 0
    tried: list[str] = []
    until, clock = monotonic() + ROUND_SECONDS, clock_of(ledger, now)
    while len(tried) < MOST and monotonic() < until and (resource := _claim(ledger, clock(), tried)):
        tried.append(resource)
        outcome = _read(ledger, resource, clock(), read)
        ended = _record(ledger, resource, clock(), outcome)
        done, later = done + ended, later + (not ended)
    _forget(ledger, now)
    if not tried:
        return ""
    return f"{amount(done, 'adres', 'adressen')} van partners opnieuw gelezen, {later} later opnieuw."


def _waiting(now: datetime) -> Any:
    """Due; or put off further than ever happens, while this machine's clock was wrong."""
    next_at = col(Notification.next_try_at)
    due = or_(next_at.is_(None), next_at <= now, next_at > now + LONGEST_WAIT)
    return and_(col(Notification.done_at).is_(None), due)


def _lease() -> timedelta:
    """Longer than a reading takes at the most patient of the systems: an address does not tell whose it is."""
    return max(map(patience, systems()), default=timedelta()) + SLACK


def _claim(ledger: Ledger, now: datetime, without: list[str]) -> str:
    """The address that waits longest; every notification about it counts the attempt and waits for the lease."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        fresh = select(Notification.resource).where(_waiting(now), col(Notification.resource).not_in(without))
        resource = work.session.exec(fresh.order_by(col(Notification.id)).limit(1)).first()
        if resource is None:
            return ""
        for row in _open(work, resource):
            row.attempts += 1
            row.next_try_at = now + _lease()
        return resource


def _read(ledger: Ledger, resource: str, now: datetime, read: Read) -> Outcome:
    try:
        return Outcome(UNKNOWN if read(ledger, resource, now) is Heard.NOTHING else "")
    except Unanswered as no:
        final = no.result.verdict is Verdict.PERMANENT
        return Outcome(no.result.reason, None if final else no.wait)
    except KetenregieError as error:
        return Outcome(error.code, 0.0)
    except Exception as error:  # one address must not stop the others; its text may hold what was read
        LOGGER.error("notification %s", type(error).__name__)
        return Outcome("onverwacht", 0.0)


def _record(ledger: Ledger, resource: str, now: datetime, outcome: Outcome) -> bool:
    """True when nothing is left to do for this address. What came in after the claim is read again."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        rows = [row for row in _open(work, resource) if row.attempts]
        for row in rows:
            _settle(row, now, outcome)
        return all(row.done_at is not None for row in rows)


def _settle(row: Notification, now: datetime, outcome: Outcome) -> None:
    """By the ladder of deliveries; a server that asks to stay away makes it later, never sooner."""
    wait = next_try(row.attempts) if outcome.again is not None else None
    row.reason = outcome.reason
    if wait is None:
        row.done_at, row.next_try_at = now, None
    else:
        row.next_try_at = now + max(wait, timedelta(seconds=outcome.again or 0.0))


def _open(work: UnitOfWork, resource: str) -> list[Notification]:
    found = select(Notification).where(Notification.resource == resource, col(Notification.done_at).is_(None))
    return list(work.session.exec(found))


def _forget(ledger: Ledger, now: datetime) -> None:
    """Most are about cases of others: their addresses are not kept longer than a repeat can come."""
    with ledger.reading() as session:
        old = col(Notification.done_at) < now - KEPT
        if session.exec(select(Notification.id).where(old).limit(1)).first() is None:
            return
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        work.session.connection().execute(delete(Notification).where(old))
