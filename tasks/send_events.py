"""Tell subscribers what happened: claim, send, record, each event for itself.

In the order of the trail, as far as one event that fails does not hold up the next: it comes later, by its own ladder,
and its `time` tells where it belongs. Who does not answer three times in a row is left alone until the next round.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import quote

from sqlalchemy import or_
from sqlmodel import Session, col, select

from domain.delivery import LONGEST_WAIT, next_try
from domain.errors import WrongUse
from domain.events import event_id
from integrations.events.config import Subscriber
from integrations.events.webhook import Happening, Webhooks
from integrations.faults import fault_point
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.tables import Audit, DeliveryState
from integrations.partners import partners
from integrations.settings import settings
from tasks.offer_handovers import clock_of
from tasks.plan_events import plan_events

AT_ONCE = 500  # events of one subscriber in one round
SECONDS = 60.0  # of one subscriber in one round; what is left waits for the next
SILENCES = 3
MARGIN = timedelta(seconds=30)
LONGEST_LEASE = timedelta(hours=1)
WAITING = (DeliveryState.PLANNED, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE)
LOST = "gebeurtenis-mislukt"
YEAR = 365 * 24 * 3600  # seconds; the Runs page shows seven days unless told otherwise

Clock = Callable[[], datetime]


@dataclass
class Told:
    """What one subscriber heard in one round."""

    name: str
    told: int = 0
    later: int = 0
    lost: int = 0
    problem: str = ""

    def __str__(self) -> str:
        parts = [f"{self.told} verstuurd"] if self.told else []
        parts += [f"{self.later} later opnieuw"] if self.later else []
        parts += [f"{self.lost} niet bezorgd"] if self.lost else []
        parts += [self.problem] if self.problem else []
        return f"gebeurtenissen voor {self.name}: {', '.join(parts)}" if parts else ""


def send_events(ledger: Ledger, now: datetime) -> str:
    """Plan and tell what happened, to every subscriber; what was done, in Dutch, or ''."""
    subscribers, clock = partners().subscribers, clock_of(ledger, now)
    plan_events(ledger, subscribers, now)
    return "; ".join(filter(None, (str(_tell(ledger, subscriber, clock)) for subscriber in subscribers)))


def _tell(ledger: Ledger, subscriber: Subscriber, clock: Clock) -> Told:
    done = Told(subscriber.name)
    with ledger.reading() as session:
        due = _due(session, subscriber.name, clock())
    if not due:
        return done
    try:
        with Webhooks(subscriber) as door:
            _Round(ledger, subscriber, clock, done).run(door, due)
    except (WrongUse, Unanswered) as error:  # of our own set-up: a key, a certificate
        done.problem = getattr(error, "code", "") or str(error)
    return done


@dataclass
class _Round:
    """One subscriber in one round."""

    ledger: Ledger
    subscriber: Subscriber
    clock: Clock
    done: Told
    until: float = field(default_factory=lambda: monotonic() + SECONDS)

    def run(self, door: Webhooks, due: list[int]) -> None:
        silences = 0
        for number in due:
            if silences >= SILENCES or monotonic() > self.until:
                return
            claim = self._claim(number)
            if claim is None:
                continue
            attempt, happening = claim
            missed = _ask(door, happening)
            silences = silences + 1 if missed else 0
            self._record(number, attempt, missed)

    def _claim(self, number: int) -> tuple[int, Happening] | None:
        """The attempt is counted and the lease set before anything leaves."""
        with self.ledger.unit_of_work(now=self.clock(), actor=SYSTEM) as work:
            row = work.session.get_one(EventDelivery, number)
            if not _is_due(row, work.now):
                return None
            row.indefinite += row.state == DeliveryState.CLAIMED
            row.state, row.attempts = DeliveryState.CLAIMED, row.attempts + 1
            row.lease_until = work.now + timedelta(seconds=self.subscriber.connection.bound) + MARGIN
            found = row.attempts, _happening(work.session, row)
        fault_point("event.claimed")
        return found

    def _record(self, number: int, attempt: int, missed: Unanswered | None) -> None:
        with self.ledger.unit_of_work(now=self.clock(), actor=SYSTEM) as work:
            row = work.session.get_one(EventDelivery, number)
            if row.state == DeliveryState.SENT or (missed and row.attempts != attempt):
                return
            row.verdict_at, row.lease_until, row.next_try_at = work.now, None, None
            if missed is None:
                row.state, row.reason = DeliveryState.SENT, ""
                self.done.told += 1
            else:
                self._missed(work, row, missed)

    def _missed(self, work: UnitOfWork, row: EventDelivery, missed: Unanswered) -> None:
        """Every refusal climbs the ladder: the event is always the same, so it is the other side that changes."""
        row.reason, wait = missed.result.reason, next_try(row.attempts)
        if wait is None:
            row.state = DeliveryState.PERMANENT
            work.audit(LOST, ground="beheer", abonnee=row.subscriber, volgnummer=row.seq, reden=row.reason)
            self.done.lost += 1
            return
        row.state = DeliveryState.TEMPORARY
        row.next_try_at = work.now + max(wait, timedelta(seconds=missed.wait))
        self.done.later += 1


def _ask(door: Webhooks, happening: Happening) -> Unanswered | None:
    try:
        door.tell(happening)
    except Unanswered as error:
        return error
    finally:
        fault_point("event.asked")
    return None


def _due(session: Session, name: str, now: datetime) -> list[int]:
    """The numbers of what is due for this subscriber, in the order of the trail."""
    ours = select(EventDelivery.seq, EventDelivery.id).where(EventDelivery.subscriber == name)
    retry, lease = col(EventDelivery.next_try_at), col(EventDelivery.lease_until)
    due = or_(retry <= now, retry > now + LONGEST_WAIT), or_(lease <= now, lease > now + LONGEST_LEASE)
    turns = [
        ours.where(EventDelivery.state == state, due[0]).order_by(retry, col(EventDelivery.seq)) for state in WAITING
    ]
    turns.append(ours.where(EventDelivery.state == DeliveryState.CLAIMED, due[1]).order_by(lease))
    found = [pair for turn in turns for pair in session.exec(turn.limit(AT_ONCE))]
    return [number or 0 for _, number in sorted(found)[:AT_ONCE]]


def _is_due(row: EventDelivery, now: datetime) -> bool:
    """Another round may have taken it since it was looked up."""
    if row.state == DeliveryState.CLAIMED:
        return _come(row.lease_until, now, LONGEST_LEASE)
    return row.state in WAITING and _come(row.next_try_at, now, LONGEST_WAIT)


def _come(moment: datetime | None, now: datetime, longest: timedelta) -> bool:
    """Whether this moment has come. Too far ahead was written while this machine's clock was wrong."""
    return moment is None or moment <= now or moment > now + longest


def _happening(session: Session, row: EventDelivery) -> Happening:
    line = session.get_one(Audit, row.seq)
    tag = quote(f"zaak:{line.case_reference}", safe="")
    url = f"{settings().ui_url.rstrip('/')}/runs?type=span&seconds=-{YEAR}&tag={tag}"
    return Happening(event_id(line.hash), row.kind, line.case_reference, line.at, url)
