"""Tell subscribers what happened: claim, send, record, each event for itself.

In the order of the trail, as far as one event that fails does not hold up the next: it comes later, by its own ladder,
and its `time` tells where it belongs. Who asks for rest is left alone until then, by every round; who is away, or fails
three times in a row, until the next.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from sqlmodel import select

from domain.delivery import next_try
from domain.errors import WrongUse
from integrations.events.config import Subscriber
from integrations.events.webhook import Happening, Webhooks
from integrations.faults import fault_point
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.tables import Audit, DeliveryState
from integrations.partners import partners
from tasks.find_events import find_due, happening_of, is_due
from tasks.offer_handovers import clock_of
from tasks.partner_rest import MISSES, leave_alone, rest_after, resting
from tasks.plan_events import heard_by, plan_events

SECONDS = 60.0  # of one subscriber in one round; what is left waits for the next
MARGIN = timedelta(seconds=30)
LOST = "gebeurtenis-mislukt"
NOT_THEIRS = "niet-meer-voor-deze-abonnee"
SUBSCRIBER = "abonnee"
"""What its rest is called."""

Clock = Callable[[], datetime]
Outcome = tuple[int, int, Unanswered | None]


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
        rests = resting(session, f"{SUBSCRIBER}:{subscriber.name}", clock())
        due = [] if rests else find_due(session, subscriber.name, clock())
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
        """One transaction an event: the verdict of the one before, and the claim of the next."""
        outcome: Outcome | None = None
        waiting, silences, going = iter(due), 0, True
        while going:
            more = silences < MISSES and monotonic() < self.until and not (outcome and leave_alone(outcome[2]))
            number = next(waiting, None) if more else None
            with self.ledger.unit_of_work(now=self.clock(), actor=SYSTEM) as work:
                if outcome:
                    self._record(work, *outcome)
                claim = self._claim(work, number) if number is not None else None
            going, outcome = number is not None, None
            if claim is not None and number is not None:
                fault_point("event.claimed")
                missed = _ask(door, claim[1])
                silences = silences + 1 if missed else 0
                outcome = number, claim[0], missed

    def _claim(self, work: UnitOfWork, number: int) -> tuple[int, Happening] | None:
        """The attempt is counted and the lease set before anything leaves. What was planned for a subscriber that may
        not hear of it any more is over, and no loss."""
        row = work.session.get_one(EventDelivery, number)
        if not is_due(row, work.now):
            return None
        line = work.session.exec(select(Audit).where(Audit.seq == row.seq, *heard_by(self.subscriber))).first()
        if line is None:
            row.state, row.reason, row.next_try_at = DeliveryState.PERMANENT, NOT_THEIRS, None
            return None
        row.indefinite += row.state == DeliveryState.CLAIMED
        row.state, row.attempts = DeliveryState.CLAIMED, row.attempts + 1
        row.lease_until = work.now + timedelta(seconds=self.subscriber.connection.bound) + MARGIN
        return row.attempts, happening_of(row.kind, line)

    def _record(self, work: UnitOfWork, number: int, attempt: int, missed: Unanswered | None) -> None:
        """Who slept past the lease has lost the claim; only that it was told is still news."""
        rest_after(work, f"{SUBSCRIBER}:{self.subscriber.name}", missed)
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
