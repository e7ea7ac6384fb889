"""A mail that comes back before its send is written down: it stays lost, whatever is written down of it later."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.contacts import address_book
from integrations.mail import AppriseSender, Result, Sender, Verdict
from integrations.settings import Settings
from tasks.account_day import account_day
from tasks.claim_deliveries import Claim, claim_deliveries
from tasks.deliver_messages import deliver_messages
from tasks.import_bounces import Imported, import_one
from tasks.record_verdicts import record_verdicts
from tests.chain import Chain
from tests.ledger.conftest import dialect, ledger_url
from tests.messages.rows import NOW, bundles, deliveries, later, losses, messages, plan, planned
from tests.messages.servers import smtp
from tests.messages.test_bounces import report
from tests.messages.test_failures import PERMANENT, SENT, TEMPORARY, Refusing
from tests.region import with_region

__all__ = ["dialect", "ledger_url"]
DOUBT = Result(Verdict.INDEFINITE, "verbroken", looks=True)
TWO = {"VT-101": {"channels": ["mail:een@werk.example", "mail:twee@werk.example"]}}


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A ledger on each database, whose time stands still unless the test moves it."""
    fresh = Ledger(ledger_url)
    with fresh.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    yield fresh
    fresh.dispose()


class Returning:
    """Sends, and its relay returns what goes to this address before we can write down that it was sent."""

    def __init__(self, ledger: Ledger, sender: Sender, address: str = "vt-101@werk.example") -> None:
        self.ledger, self.sender, self.address = ledger, sender, address
        self.returned: list[Imported] = []

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        result = self.sender.send(channel, subject, body, reference)
        if channel.endswith(self.address):
            returned = report(reference, recipient=self.address)
            self.returned.append(import_one(self.ledger, returned, SYSTEM, NOW))
        return result


def claim(ledger: Ledger, moment: timedelta = timedelta()) -> list[Claim]:
    """All that is due, so much later."""
    now = NOW + moment
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        return claim_deliveries(work, address_book(work.session), 10)


def record(ledger: Ledger, claimed: Claim, result: Result | None) -> None:
    """Write down what became of it."""
    with ledger.unit_of_work(now=later(seconds=5), actor=SYSTEM) as work:
        record_verdicts(work, [(claimed, result)])


def come_back(ledger: Ledger, address: str = "vt-101@werk.example") -> None:
    """A delivery report of the only mail."""
    import_one(ledger, report(bundles(ledger)[0].reference, recipient=address), SYSTEM, later(seconds=1))


def test_what_a_real_relay_returns_before_its_send_is_written_down_stays_lost(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    with smtp() as server:
        sender = Returning(ledger, AppriseSender(Settings(mail_port=server.port)))
        delivered = deliver_messages(ledger, NOW, sender)
        assert sender.returned == [Imported(bounced=1)]
        assert (delivered.sent, delivered.permanent) == (0, 1)
        [delivery] = deliveries(ledger)
        assert (delivery.state, delivery.reason, delivery.bounced_at) == ("permanent", "bounce 5.1.1", NOW)
        assert [(message.state, message.reason) for message in messages(ledger)] == [("failed", "bounce 5.1.1")]
        assert [(loss.party, loss.state) for loss in losses(ledger)] == [("VT-201", "planned")]
        assert deliver_messages(ledger, later(hours=1), sender).sent == 1
    assert len(server.kept) == 2
    assert [(loss.party, loss.state) for loss in losses(ledger)] == [("VT-201", "sent")]


def test_the_account_of_the_day_counts_it_as_failed(ledger: Ledger) -> None:
    chain = Chain(with_region(ledger))
    chain.report()
    chain.at("2026-04-21T08:00").sweep()
    sender = Returning(ledger, Refusing(), address="")
    deliver_messages(ledger, chain.now, sender)
    assert {one.bounced for one in sender.returned} == {1}
    for at in ("2026-04-21T08:00", "2026-04-21T09:00"):
        deliver_messages(ledger, chain.at(at).now, Refusing())
        account = account_day(ledger, date(2026, 4, 20), chain.now).account
        assert (account.balanced, account.total("sent"), account.forgotten) == (True, 0, ())
        assert account.total("failed") == sum(message.state == "failed" for message in messages(ledger)) > 0


@pytest.mark.parametrize(("other", "end", "tasks"), [(SENT, "sent", 0), (PERMANENT, "failed", 1), (DOUBT, "sent", 0)])
def test_of_two_addresses_the_one_that_came_back_brings_nothing(
    ledger: Ledger, other: Result, end: str, tasks: int
) -> None:
    plan(ledger, planned("s-1"), people=TWO)
    sender = Refusing(result=other)
    sender.refused = {"mail:twee@werk.example"} if other != SENT else set()
    deliver_messages(ledger, NOW, Returning(ledger, sender, "een@werk.example"))
    sender.refused = set()
    deliver_messages(ledger, later(hours=1), sender)
    assert deliveries(ledger)[0].state == "permanent"
    assert ([message.state for message in messages(ledger)], len(losses(ledger))) == ([end], tasks)


@pytest.mark.parametrize("result", [SENT, TEMPORARY, PERMANENT, DOUBT, None])
def test_nothing_that_is_written_down_later_undoes_a_bounce_or_sends_again(
    ledger: Ledger, result: Result | None
) -> None:
    plan(ledger, planned("s-1"))
    deliver_messages(ledger, NOW, Refusing("VT-101", result=TEMPORARY))
    [claimed] = claim(ledger, timedelta(minutes=1))
    come_back(ledger)
    record(ledger, claimed, result)
    [delivery] = deliveries(ledger)
    assert (delivery.state, delivery.reason, delivery.attempts) == ("permanent", "bounce 5.1.1", 2)
    assert (delivery.lease_until, delivery.next_try_at) == (None, None)
    assert [claimed.delivery_id for claimed in claim(ledger, timedelta(days=9))] == []
    assert [message.state for message in messages(ledger)] == ["failed"]
    assert len(losses(ledger)) == 1


def test_a_worker_that_slept_past_its_lease_does_not_undo_what_came_back_meanwhile(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    deliver_messages(ledger, NOW, Refusing("VT-101", result=TEMPORARY))
    [slow] = claim(ledger, timedelta(minutes=1))
    [quick] = claim(ledger, timedelta(minutes=3))
    record(ledger, quick, SENT)
    come_back(ledger)
    record(ledger, slow, SENT)
    assert [(row.state, row.indefinite) for row in deliveries(ledger)] == [("permanent", 1)]
    assert ([message.state for message in messages(ledger)], len(losses(ledger))) == (["failed"], 1)


def test_in_whatever_order_verdicts_and_bounces_are_written_down_the_end_is_one(ledger: Ledger) -> None:
    """Of two addresses one takes it; both, the one or the other come back, before or after their verdicts."""
    acts = ("verdict een", "verdict twee", "bounce een", "bounce twee")
    orders = [(order, came) for came in (("een",), ("een", "twee")) for order in itertools.permutations(acts)]
    steps = [planned(f"s-{n}", rung="ACUTE") for n in range(len(orders))]
    plan(ledger, *steps, people=TWO)
    deliver_messages(ledger, NOW, Refusing(), limit=0)
    ends = []
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        claimed = claim_deliveries(work, address_book(work.session), 200)
    for (order, came), bundle in zip(orders, bundles(ledger), strict=True):
        own = {one.channel[5:9].rstrip("@"): one for one in claimed if one.reference == bundle.reference}
        for what, _, which in (act.partition(" ") for act in order):
            if what == "verdict":
                record(ledger, own[which], SENT)
            elif which in came:
                back = report(bundle.reference, recipient=f"{which}@werk.example")
                assert import_one(ledger, back, SYSTEM, later(seconds=3)) == Imported(bounced=1)
        ends.append(len(came))
    assert [message.state for message in messages(ledger)] == ["sent" if end == 1 else "failed" for end in ends]
    assert len(losses(ledger)) == ends.count(2)
