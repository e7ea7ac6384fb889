"""T4: the relay is away for a minute to three weeks, or one source floods it: nothing is lost, nobody waits long."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate

import pytest
from sqlmodel import col, select

from domain.delivery import LADDER
from domain.ladder import COUNTS
from domain.messages import UNDELIVERED
from integrations.ledger import Ledger
from integrations.ledger.tables import Bundle, Delivery, Message, MessageState
from integrations.mail import Result
from tasks.bundle_messages import bundle_messages
from tasks.deliver_messages import deliver_messages
from tasks.failed_messages import failed_messages
from tests import stages
from tests.chain import Chain
from tests.faults.invariants import check
from tests.faults.model_relay import Relay
from tests.faults.outages import still, waiting
from tests.faults.sometimes import saw
from tests.faults.tier import FULL, scaled
from tests.messages.rows import NOW, later, plan, planned
from tests.region import moment, with_region

Said = Callable[[str, object], None]
REMINDER = moment("2026-04-24T08:00")  # of the assessment of a case reported on Mon 20 Apr
OUTAGES = {
    "a minute": timedelta(minutes=1),
    "ten minutes": timedelta(minutes=10),
    "four hours": timedelta(hours=4),
    "three days": timedelta(days=3),
} | ({"nine days": timedelta(days=9), "three weeks": timedelta(weeks=3)} if FULL else {})
BUCKETS = {
    "< 1 min": timedelta(minutes=1),
    "< 15 min": timedelta(minutes=15),
    "< 1 h": timedelta(hours=1),
    "< 1 d": timedelta(days=1),
    "> 1 d": timedelta.max,
}


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    """A fresh region to drive."""
    return Chain(with_region(ledger))


class Counting(Relay):
    """Also counts how often each mail was tried."""

    def __init__(self) -> None:
        super().__init__()
        self.tried: Counter[str] = Counter()

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        self.tried[reference] += 1
        return super().send(channel, subject, body, reference)


@pytest.mark.parametrize("away", OUTAGES.values(), ids=OUTAGES)
def test_a_relay_that_was_away_costs_no_message_and_doubles_none(
    chain: Chain, away: timedelta, record_property: Said
) -> None:
    stages.reported(chain)
    for household in ("H-8", "H-9"):
        chain.report("2026-04-21T17:00", household=household)
        chain.record("immediate_safety_check", "VT-911", outcome="not_acute")
    still(chain)
    relay = Counting()
    _round(chain, relay, REMINDER - timedelta(hours=22))
    assert not waiting(chain)
    relay.mode = "down"
    for at in _ticks(REMINDER, REMINDER + away):
        _round(chain, relay, at)
    most = 1 + sum(spent <= away for spent in accumulate(LADDER))
    assert max(relay.tried.values()) <= most
    relay.mode = "up"
    for at in _ticks(REMINDER + away, REMINDER + away + timedelta(days=4)):
        _round(chain, relay, at)
    assert not waiting(chain)
    check(chain.ledger, relay.mails, chain.now)
    failed = _lost_and_found(chain)
    assert bool(failed) == (away > timedelta(weeks=2))  # until then each mail is overtaken by a higher rung
    assert max(Counter(mail.reference for mail in relay.mails).values()) == 1
    _one_rung_a_mail(chain, REMINDER)
    record_property("said", f"mail away for {away}: {failed} for a person, 0 lost, later by {_lateness(chain)}")


def _round(chain: Chain, relay: Relay, at: datetime) -> None:
    """What the clockwork does every few minutes."""
    chain.now = at
    chain.sweep()
    deliver_messages(chain.ledger, at, relay)


def _ticks(begin: datetime, end: datetime) -> Iterator[datetime]:
    """Ever wider apart: a minute, a quarter, an hour, three hours."""
    at = begin
    while at < end:
        yield at
        gone = at - begin
        wide = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=8))
        at += timedelta(minutes=(1, 15, 60, 180)[sum(gone >= edge for edge in wide)])
    yield end


def _lost_and_found(chain: Chain) -> int:
    """How many the ladder gave up: each is shown until a person takes it up, and another person heard of it."""
    messages = chain.messages()
    failed = [m for m in messages if m.state == MessageState.FAILED]
    if failed:
        saw("dead-letter")
        assert any(m.rung == UNDELIVERED for m in messages)
    with chain.ledger.reading() as session:
        assert len(failed_messages(session)) == len(failed)
    return len(failed)


def _one_rung_a_mail(chain: Chain, since: datetime) -> None:
    """Of one step a party got one rung in the mails that went out once the relay was back: the highest."""
    sent = defaultdict(list)
    for message in chain.messages():
        beside = message.acute or message.rung in COUNTS or message.rung in ("NOTICE", UNDELIVERED)
        if message.state == MessageState.SENT and not beside and message.planned_at >= since:
            sent[message.step_id, message.party, message.bundle_id].append(message.rung)
    assert max((len(rungs) for rungs in sent.values()), default=1) == 1


def _lateness(chain: Chain) -> str:
    """How much later than owed the mails went, counted."""
    query = select(Message, Delivery).join(Delivery, col(Delivery.bundle_id) == Message.bundle_id)
    with chain.ledger.reading() as session:
        pairs = session.exec(query.where(Message.state == MessageState.SENT, Message.planned_at >= REMINDER)).all()
    spans = [d.verdict_at - m.owed_at for m, d in pairs if d.verdict_at and m.owed_at]
    found = Counter(next(name for name, edge in BUCKETS.items() if span < edge) for span in spans)
    return ", ".join(f"{found[name]} {name}" for name in BUCKETS if found[name])


def test_a_flood_from_one_source_keeps_nobody_waiting(ledger: Ledger, record_property: Said) -> None:
    flood, others, at_once = scaled(700, 7_000), ("VT-102", "VT-201", "LT-101", "LT-201", "PR-101"), 25
    first = [planned(f"f-{n}", "VT-101", planned_at=NOW - timedelta(hours=1)) for n in range(flood)]
    ordinary = [planned(f"o-{n}", others[n % 5]) for n in range(flood // 7)]
    plan(ledger, *first, *ordinary, planned("acute", "VT-101", "ACUTE"))
    bundle_messages(ledger, NOW)
    relay, rounds, waits = Relay(), 0, dict[str, int]()
    while deliver_messages(ledger, later(seconds=rounds), relay, limit=at_once).sent:
        rounds += 1
        for mail in relay.mails:
            waits.setdefault(mail.reference, rounds)
    with ledger.reading() as session:
        bundles = session.exec(select(Bundle).order_by(col(Bundle.id))).all()
    of_flood = [bundle for bundle in bundles if bundle.party == "VT-101" and not bundle.acute]
    assert len(of_flood) == -(-flood // 100)
    [alarm] = [bundle for bundle in bundles if bundle.acute]
    assert relay.mails[0].reference == alarm.reference or waits[alarm.reference] == 1
    slowest = max(waits[bundle.reference] for bundle in bundles if bundle.party != "VT-101")
    assert slowest <= 1 + -(-len(of_flood) // at_once)
    for party in others:
        numbers = [waits[bundle.reference] for bundle in bundles if bundle.party == party]
        assert numbers == sorted(numbers)
    assert len(relay.mails) == len(bundles)
    record_property(
        "said", f"flood: {flood} from one source, {len(of_flood)} mails; others waited {slowest} rounds of 25"
    )
