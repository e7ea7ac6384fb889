"""Catch-up: after any outage a party hears the highest rung once, nothing owed is missing, and it is soon done."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.catch_up import catch_up
from domain.ladder import COUNTS
from integrations.ledger import Ledger
from integrations.ledger.tables import Message, MessageState
from tests.chain import Chain
from tests.faults.invariants import check
from tests.faults.outages import STAGES, Boundary, boundaries, deliver, planned_since, still, sweep_at
from tests.faults.sometimes import saw
from tests.faults.spool import Spool, spool
from tests.faults.tier import chance, scaled
from tests.region import with_region

DAYS = (1, 15, 22, 60)
JUST = timedelta(minutes=1)
Said = Callable[[str, object], None]
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spool]:
    """A mail server in a process of its own."""
    with spool(tmp_path_factory.mktemp("relay")) as running:
        yield running


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    """A fresh region to drive."""
    return Chain(with_region(ledger))


@pytest.mark.parametrize("stage", STAGES)
def test_after_an_outage_across_any_boundary_each_party_hears_the_highest_rung_once(
    chain: Chain, relay: Spool, stage: str, record_property: Said
) -> None:
    STAGES[stage](chain)
    still(chain)
    sweep_at(chain, [chain.now])
    saved, edges = chain.saved(), boundaries(chain)
    every = [(edge, days, ends) for edge in edges for days in DAYS for ends in (False, True)]
    chosen = chance(f"outage {stage}").sample(every, min(len(every), scaled(6, 50)))
    skipped = 0
    for number, (edge, days, ends) in enumerate(chosen):
        chain.restored(saved)
        end = edge.at if ends else edge.at - JUST + timedelta(days=days)
        skipped += _live_through(chain, relay, edges, end - timedelta(days=days), end, f"{stage}{number}")
    record_property("said", f"catch-up: {len(chosen)} outages at {stage}, {skipped} rungs skipped, 0 forgotten")


def _live_through(
    chain: Chain, relay: Spool, edges: list[Boundary], begins: datetime, ends: datetime, name: str
) -> int:
    """Everything in time until the outage begins; then one sweep at its end. How many rungs were skipped."""
    begins = max(begins, chain.now)
    sweep_at(chain, sorted({edge.at for edge in edges if edge.at <= begins}))
    chain.now = max(chain.now, begins)
    deliver(chain, relay, name)
    before = max((message.id or 0 for message in chain.messages()), default=0)
    begins = chain.now
    if ends < begins:
        return 0
    chain.now = ends
    swept = chain.sweep()
    assert swept.failed == 0
    found = planned_since(chain, before)
    _nothing_forgotten(found, [edge for edge in edges if begins < edge.at <= ends])
    skipped = _highest_once(found)
    deliver(chain, relay, name)
    check(chain.ledger, relay.mails(name), chain.now if chain.now == ends else ends)
    return skipped


def _nothing_forgotten(found: list[Message], edges: list[Boundary]) -> None:
    """Each rung that came due while nobody looked has its rows."""
    assert {(edge.step_id, edge.rung) for edge in edges} <= {(message.step_id, message.rung) for message in found}


def _highest_once(found: list[Message]) -> int:
    """Of one step a party hears one rung, the last to come due for it; numbers and an alarm stand beside it."""
    heard: dict[tuple[str, str], list[Message]] = defaultdict(list)
    alarms: dict[tuple[str, str], int] = defaultdict(int)
    for message in found:
        if message.acute:
            alarms[message.step_id, message.party] += 1
        elif message.rung not in COUNTS and message.rung != "NOTICE":
            heard[message.step_id, message.party].append(message)
        else:
            assert message.state != MessageState.SKIPPED
    assert max(alarms.values(), default=1) == 1
    for rungs in heard.values():
        *lower, highest = sorted(rungs, key=lambda message: (message.owed_at, message.id))
        assert highest.state != MessageState.SKIPPED
        assert {(message.state, message.reason) for message in lower} <= {(MessageState.SKIPPED, "hogere-trede")}
    skipped = sum(message.state == MessageState.SKIPPED for message in found)
    if skipped:
        saw("skipped-rung")
    return skipped


@pytest.mark.parametrize("people", [40, scaled(100, 1_000)], ids=["few people", "many people"])
def test_what_is_overdue_is_decided_and_delivered_within_a_minute(
    people: int, tmp_path: Path, record_property: Said
) -> None:
    due = scaled(500, 10_000)
    made = catch_up(tmp_path, open_steps=10 * due, due=due, people=people)
    assert (made.planned, made.arrived) == (due, made.sent)
    assert made.sent >= people
    assert made.seconds < 60
    record_property("said", f"catch-up: {due} overdue, {made.sent} mails, {made.seconds:.1f} s to the last one")
