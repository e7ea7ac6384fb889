"""Claim, send, record: sent once, tried again, given up, in doubt.

The ledger is real; the sender is scripted where time must pass, and real where it need not.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.event import listen

from deployments.mail_catcher import MailCatcher, read_mailbox
from domain.delivery import LADDER, LEASE
from domain.errors import OutsideFailure
from integrations.ledger import SYSTEM, Ledger, UnitOfWork, settings_table
from integrations.ledger.contacts import address_book
from integrations.ledger.tables import Message, ProfessionalRow
from integrations.mail import AppriseSender, Result, Verdict
from integrations.settings import Settings
from tasks import claim_deliveries as claiming
from tasks import deliver_messages as delivering
from tasks import send_message as sending
from tasks.bundle_messages import bundle_messages
from tasks.claim_deliveries import Claim, claim_deliveries
from tasks.deliver_messages import Delivered, deliver_messages
from tasks.record_verdicts import record_verdicts
from tests.messages.rows import NOW, bundles, close_step, deliveries, later, mail, messages, plan, planned
from tests.messages.servers import CLOSE, smtp

SENT = Result(Verdict.SENT)
TEMPORARY = Result(Verdict.TEMPORARY, "smtp-451")
PERMANENT = Result(Verdict.PERMANENT, "smtp-550")
DOUBT = Result(Verdict.INDEFINITE, "verbroken")


class Scripted:
    """Gives these results in turn, the last for ever; remembers what it was asked to send."""

    def __init__(self, *results: Result, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.results = list(results)
        self.asked: list[tuple[str, str, str, str]] = []
        self.meanwhile = meanwhile
        self._turn = threading.Lock()

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        with self._turn:
            self.asked.append((channel, subject, body, reference))
            self.meanwhile()
            return self.results.pop(0) if len(self.results) > 1 else self.results[0]


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """A ledger whose time stands still unless the test moves it."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    return ledger


def state(ledger: Ledger) -> tuple[str, str, str]:
    """(message, delivery, its reason) of the only message."""
    [message], [delivery, *_] = messages(ledger), deliveries(ledger)
    return message.state, delivery.state, delivery.reason


def claim(ledger: Ledger, now: datetime, most: int = 10) -> list[Claim]:
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        return claim_deliveries(work, address_book(work.session), most)


def record(ledger: Ledger, now: datetime, *outcomes: tuple[Claim, Result | None]) -> None:
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        record_verdicts(work, outcomes)


def test_mails_reach_a_real_server_once_however_often_it_is_delivered(ledger: Ledger, tmp_path: Path) -> None:
    plan(ledger, *(planned(f"s-{n}", code) for code in ("VT-101", "LT-101", "VT-201") for n in range(3)))
    with MailCatcher(tmp_path / "mail") as catcher:
        given = AppriseSender(Settings(mail_port=catcher.port))
        assert deliver_messages(ledger, NOW, given).sent == 3
        assert deliver_messages(ledger, later(days=30), given) == Delivered()
    caught = read_mailbox(tmp_path / "mail")
    assert sorted(mail.to for mail in caught) == [f"{code}@werk.example" for code in ("lt-101", "vt-101", "vt-201")]
    assert {mail.reference for mail in caught} == {bundle.reference for bundle in bundles(ledger)}
    assert {message.state for message in messages(ledger)} == {"sent"}


def test_when_the_relay_is_down_everything_waits_and_then_goes_once(ledger: Ledger, tmp_path: Path) -> None:
    plan(ledger, *(planned(f"s-{n}", code) for n, code in enumerate(("VT-101", "LT-101", "VT-201"))))
    catcher = MailCatcher(tmp_path / "mail").start()
    catcher.stop()
    given = AppriseSender(Settings(mail_port=catcher.port))
    assert deliver_messages(ledger, NOW, given).temporary == 3
    assert {message.state for message in messages(ledger)} == {"bundled"}
    with catcher:
        assert deliver_messages(ledger, later(seconds=59), given) == Delivered()
        assert deliver_messages(ledger, later(seconds=60), given).sent == 3
    assert len(read_mailbox(tmp_path / "mail")) == 3


def test_a_message_taken_without_an_answer_is_sent_once_more_and_counted(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    with smtp(body=CLOSE) as server:
        given = AppriseSender(Settings(mail_port=server.port))
        assert deliver_messages(ledger, NOW, given).indefinite == 1
        server.script["body"] = "250 taken"
        assert deliver_messages(ledger, later(minutes=1), given).sent == 1
    assert len(server.kept) == 2
    assert deliveries(ledger)[0].indefinite == 1
    assert state(ledger)[:2] == ("sent", "sent")
    subjects = {line for copy in server.kept for line in copy.splitlines() if line.startswith(b"X-Ketenregie-Kenmerk:")}
    assert subjects == {f"X-Ketenregie-Kenmerk: {bundles(ledger)[0].reference}".encode()}


def test_in_doubt_twice_is_for_a_person_to_look_at(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    assert deliver_messages(ledger, NOW, Scripted(DOUBT)).indefinite == 1
    assert deliver_messages(ledger, later(minutes=1), Scripted(DOUBT)).permanent == 1
    assert state(ledger) == ("failed", "permanent", "verbroken")
    assert deliveries(ledger)[0].indefinite == 2


def test_a_temporary_refusal_climbs_the_ladder_and_ends_with_a_failure(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", rung="ACUTE"))
    now, sender = NOW, Scripted(TEMPORARY)
    for wait in LADDER:
        assert deliver_messages(ledger, now, sender).temporary == 1
        assert deliver_messages(ledger, now + wait - timedelta(seconds=1), sender) == Delivered()
        now += wait
    assert deliver_messages(ledger, now, sender).permanent == 1
    assert state(ledger) == ("failed", "permanent", "smtp-451")
    assert messages(ledger)[0].reason == "smtp-451"
    assert deliver_messages(ledger, now + timedelta(days=400), sender).temporary == 1
    assert [channel for channel, *_ in sender.asked] == [mail("VT-101")] * (len(LADDER) + 1) + [mail("VT-201")]


def test_three_weeks_without_any_try_cost_no_try(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    bundle_messages(ledger, NOW)
    assert deliver_messages(ledger, later(weeks=3), Scripted(TEMPORARY)).temporary == 1
    assert deliver_messages(ledger, later(weeks=3, minutes=1), Scripted(SENT)).sent == 1


def test_a_refusal_for_good_fails_the_message_at_once(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2"))
    assert deliver_messages(ledger, NOW, Scripted(PERMANENT)).permanent == 1
    assert [(message.state, message.reason) for message in messages(ledger)] == [("failed", "smtp-550")] * 2


@pytest.mark.parametrize("order", [(SENT, PERMANENT), (PERMANENT, SENT)])
def test_one_channel_that_works_is_enough(ledger: Ledger, order: tuple[Result, Result]) -> None:
    plan(ledger, planned("s-1"), people={"VT-101": {"channels": [mail("VT-101"), "org:chat"]}})
    assert deliver_messages(ledger, NOW, Scripted(*order)).sent == 1
    assert messages(ledger)[0].state == "sent"


def test_a_message_waits_for_its_last_channel_before_it_fails(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), people={"VT-101": {"channels": [mail("VT-101"), "org:chat"]}})
    deliver_messages(ledger, NOW, Scripted(PERMANENT, TEMPORARY))
    assert messages(ledger)[0].state == "bundled"
    deliver_messages(ledger, later(minutes=1), Scripted(PERMANENT))
    assert messages(ledger)[0].state == "failed"


def test_a_step_closed_while_the_relay_was_down_leaves_the_digest(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2"))
    deliver_messages(ledger, NOW, Scripted(TEMPORARY))
    close_step(ledger, "s-1")
    sender = Scripted(SENT)
    assert deliver_messages(ledger, later(minutes=1), sender).sent == 1
    [(_, subject, _, reference)] = sender.asked
    assert subject.startswith("Taak VB voor zaak")
    assert reference == bundles(ledger)[0].reference
    assert [(message.state, message.reason) for message in messages(ledger)] == [
        ("cancelled", "stap-klaar"),
        ("sent", ""),
    ]


def test_a_mail_of_which_every_step_was_closed_is_never_sent_and_holds_up_no_other(ledger: Ledger) -> None:
    plan(ledger, *(planned(f"s-{n}", code) for n, code in enumerate(["VT-101", "VT-102", "VT-201", "LT-101"])))
    deliver_messages(ledger, NOW, Scripted(TEMPORARY))
    for number in range(3):
        close_step(ledger, f"s-{number}")
    sender = Scripted(SENT)
    assert deliver_messages(ledger, later(minutes=1), sender, limit=1).sent == 1
    assert [channel for channel, *_ in sender.asked] == [mail("LT-101")]
    assert [delivery.reason for delivery in deliveries(ledger)].count("stap-klaar") == 3


def test_many_mails_that_say_nothing_any_more_are_cleared_in_small_transactions(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [f"s-{number}" for number in range(20)]
    plan(ledger, *(planned(step, rung="ACUTE") for step in steps), planned("s-20", "LT-101"))
    bundle_messages(ledger, NOW)
    for step in steps:
        close_step(ledger, step)
    monkeypatch.setattr(claiming, "MOST_LOOKS", 2)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        first = claim_deliveries(work, address_book(work.session), 4)
    ended = [delivery for delivery in deliveries(ledger) if delivery.state == "permanent"]
    assert (list(first), first.more, len(ended)) == ([], True, 8)
    sender = Scripted(SENT)
    assert deliver_messages(ledger, NOW, sender).sent == 1
    assert [channel for channel, *_ in sender.asked] == [mail("LT-101")]
    assert [delivery.state for delivery in deliveries(ledger)].count("permanent") == 20


def test_an_alarm_heard_while_the_relay_was_down_is_not_sent(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", rung="ACUTE"))
    deliver_messages(ledger, NOW, Scripted(TEMPORARY))
    close_step(ledger, "s-1", acknowledged_at=later(seconds=30))
    assert deliver_messages(ledger, later(minutes=1), Scripted(SENT)) == Delivered()
    assert messages(ledger)[0].state == "cancelled"


def test_a_copy_of_what_may_have_arrived_is_the_same_text(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2"))
    sender = Scripted(DOUBT, SENT)
    deliver_messages(ledger, NOW, sender)
    close_step(ledger, "s-1")
    deliver_messages(ledger, later(minutes=1), sender)
    assert sender.asked[0] == sender.asked[1]


def test_a_worker_that_died_is_taken_over_when_its_lease_ends_and_the_doubt_is_counted(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    bundle_messages(ledger, NOW)
    [lost] = claim(ledger, NOW)
    assert deliver_messages(ledger, NOW + LEASE - timedelta(seconds=1), Scripted(SENT)) == Delivered()
    assert deliver_messages(ledger, NOW + LEASE, Scripted(SENT)).sent == 1
    [delivery] = deliveries(ledger)
    assert (delivery.attempts, delivery.indefinite, delivery.state) == (2, 1, "sent")
    assert lost.attempt == 1


def test_a_step_closed_after_its_worker_died_leaves_the_doubt_on_record(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    bundle_messages(ledger, NOW)
    assert len(claim(ledger, NOW)) == 1
    close_step(ledger, "s-1")
    assert deliver_messages(ledger, NOW + LEASE, Scripted(SENT)).sent == 0
    [delivery] = deliveries(ledger)
    assert (delivery.state, delivery.reason, delivery.indefinite) == ("permanent", "stap-klaar", 1)


def test_workers_that_keep_dying_never_make_a_message_fail(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    bundle_messages(ledger, NOW)
    for round_ in range(5):
        assert len(claim(ledger, NOW + round_ * LEASE)) == 1
    assert deliver_messages(ledger, NOW + 5 * LEASE, Scripted(SENT)).sent == 1
    assert deliveries(ledger)[0].indefinite == 5


def test_a_worker_that_wakes_after_a_takeover_cannot_undo_it(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    bundle_messages(ledger, NOW)
    [asleep] = claim(ledger, NOW)
    [awake] = claim(ledger, NOW + LEASE)
    for late in (TEMPORARY, PERMANENT, DOUBT, None):
        record(ledger, NOW + LEASE, (asleep, late))
        assert deliveries(ledger)[0].state == "claimed"
    record(ledger, NOW + LEASE, (awake, SENT))
    for late in (TEMPORARY, PERMANENT, DOUBT, SENT):
        record(ledger, NOW + LEASE, (asleep, late))
        assert state(ledger)[:2] == ("sent", "sent")


def test_that_a_sleeping_worker_did_send_still_counts(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    bundle_messages(ledger, NOW)
    [asleep] = claim(ledger, NOW)
    [awake] = claim(ledger, NOW + LEASE)
    record(ledger, NOW + LEASE, (asleep, SENT))
    record(ledger, NOW + LEASE, (awake, TEMPORARY))
    assert state(ledger)[:2] == ("sent", "sent")


def test_two_rounds_at_once_send_everything_once(ledger: Ledger) -> None:
    plan(ledger, *(planned(f"s-{n}", f"VT-10{n % 2 + 1}", rung="ACUTE") for n in range(60)))
    sender = Scripted(SENT)
    rounds = [threading.Thread(target=deliver_messages, args=(ledger, NOW, sender)) for _ in range(3)]
    for thread in rounds:
        thread.start()
    for thread in rounds:
        thread.join()
    references = [reference for *_, reference in sender.asked]
    assert len(references) == len(set(references)) == 60


def test_a_claim_that_waited_too_long_for_a_thread_is_handed_back_untouched(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(ledger, planned("s-1"))
    bundle_messages(ledger, NOW)
    [waited] = claim(ledger, NOW)
    sender = Scripted(SENT)
    monkeypatch.setattr(sending, "PATIENCE", -1.0)
    result = sending.send_message(sender, waited)
    assert (result, sender.asked) == (None, [])
    record(ledger, NOW, (waited, result))
    [delivery] = deliveries(ledger)
    assert (delivery.state, delivery.attempts, delivery.indefinite) == ("planned", 0, 0)


def test_no_more_than_the_limit_is_sent_and_the_oldest_go_first(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", "LT-101"), planned("s-2", "VT-101"), planned("s-3", "VT-102"))
    sender = Scripted(SENT)
    assert deliver_messages(ledger, NOW, sender, limit=2).sent == 2
    assert deliver_messages(ledger, NOW, sender).sent == 1
    assert [channel for channel, *_ in sender.asked[2:]] == [mail("VT-102")]


def test_a_channel_that_was_taken_away_fails_and_says_so(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    bundle_messages(ledger, NOW)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.get_one(ProfessionalRow, "VT-101").channels = []
    assert deliver_messages(ledger, NOW, Scripted(SENT)).permanent == 1
    assert state(ledger) == ("failed", "permanent", "kanaal-weg")


def test_an_error_nobody_foresaw_is_in_doubt_and_stops_no_other(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", "LT-101"))
    sender = Scripted(SENT)

    def once() -> None:
        if len(sender.asked) == 1:
            raise KeyError("vt-101@werk.example")

    sender.meanwhile = once
    delivered = deliver_messages(ledger, NOW, sender)
    assert (delivered.sent, delivered.indefinite) == (1, 1)
    assert sorted(delivery.reason for delivery in deliveries(ledger)) == ["", "onverwacht"]


def test_a_busy_database_costs_no_verdict(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(ledger, planned("s-1"))
    real, failures = ledger.unit_of_work, [0, 2]  # the first unit claims; the one with the verdict fails twice

    @contextmanager
    def busy(**given: object) -> Iterator[UnitOfWork]:
        if sender.asked and failures[0] < failures[1]:
            failures[0] += 1
            raise OutsideFailure("KR-ADMINISTRATIE-BEZET")
        with real(**given) as work:  # type: ignore[arg-type]
            yield work

    sender = Scripted(SENT)
    monkeypatch.setattr(ledger, "unit_of_work", busy)
    assert deliver_messages(ledger, NOW, sender).sent == 1
    assert failures == [2, 2]
    assert state(ledger)[:2] == ("sent", "sent")


def test_on_a_real_clock_a_long_round_keeps_its_leases_fresh(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "real")
    plan(ledger, planned("s-1"))
    ticks = iter([100.0, *[400.0] * 50])
    monkeypatch.setattr(delivering, "monotonic", lambda: next(ticks))
    leases: list[datetime | None] = []
    sender = Scripted(SENT, meanwhile=lambda: leases.append(deliveries(ledger)[0].lease_until))
    deliver_messages(ledger, NOW, sender)
    assert leases == [NOW + timedelta(seconds=300) + LEASE]


def test_a_relay_that_was_down_for_weeks_delivers_the_highest_rung_once(ledger: Ledger) -> None:
    ladder = [("NOTICE", 0), ("R", 5), ("L1", 9)]
    plan(ledger, *(planned("s-1", rung=rung, planned_at=later(days=day)) for rung, day in ladder))
    down, up = Scripted(TEMPORARY), Scripted(SENT)
    for _, day in ladder:
        deliver_messages(ledger, later(days=day), down)
    assert deliver_messages(ledger, later(days=10), up).sent == 1
    assert [subject.split(":")[0] for _, subject, *_ in up.asked] == ["Over de termijn"]
    assert [message.state for message in messages(ledger)] == ["skipped", "skipped", "sent"]
    assert deliver_messages(ledger, later(days=40), up) == Delivered()


def test_a_mail_whose_new_text_is_refused_stops_no_other(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2"), planned("s-3", "LT-101"))
    deliver_messages(ledger, NOW, Scripted(TEMPORARY))
    close_step(ledger, "s-1")
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.get_one(Message, 2).label = "Partnergeweld"
    assert deliver_messages(ledger, later(minutes=1), Scripted(SENT)).sent == 1
    assert [message.state for message in messages(ledger)] == ["cancelled", "failed", "sent"]


def test_a_delivery_looks_at_its_own_messages_however_many_were_ever_sent(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", "LT-101"))
    bundle_messages(ledger, NOW)
    asked: list[tuple[str, Any]] = []
    listen(ledger.writer, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    sent, refused = claim(ledger, NOW)
    record(ledger, NOW, (sent, SENT), (refused, PERMANENT))
    about = [(sql, values) for sql, values in asked if " message " in sql or sql.startswith("UPDATE message")]
    with ledger.reading() as session:
        plans = [
            " ".join(row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
            for sql, values in about
        ]
    assert len(plans) >= 4
    assert not [plan for plan in plans if "SCAN message" in plan or "ix_message_waiting" in plan]
