"""What fails for good becomes a task for somebody else, and what fails for everybody costs a handful of tries."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlmodel import col, select

from deployments.mail_catcher import MailCatcher, read_mailbox
from domain.delivery import LADDER
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.tables import Audit, Delivery, Message, Outbox
from integrations.mail import AppriseSender, Result, Verdict
from integrations.settings import Settings
from tasks.breaker import SILENCES
from tasks.bundle_messages import bundle_messages
from tasks.deliver_messages import IN_HAND, THREADS, Delivered, deliver_messages
from tests.messages.rows import (
    NOW,
    REFERENCE,
    bundles,
    close_step,
    deliveries,
    later,
    losses,
    mail,
    messages,
    plan,
    planned,
)
from tests.messages.servers import SILENT, closed_port, smtp

SENT = Result(Verdict.SENT)
TEMPORARY = Result(Verdict.TEMPORARY, "smtp-451")
PERMANENT = Result(Verdict.PERMANENT, "smtp-550")


class Refusing:
    """Refuses what goes to these codes, with this result; takes the rest."""

    def __init__(self, *codes: str, result: Result = PERMANENT) -> None:
        self.refused = {mail(code) for code in codes}
        self.result = result
        self.sent: list[tuple[str, str, str]] = []

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        if channel in self.refused:
            return self.result
        self.sent.append((channel, subject, body))
        return SENT


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """A ledger whose time stands still unless the test moves it."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    return ledger


def acts(ledger: Ledger, act: str) -> Sequence[Audit]:
    with ledger.reading() as session:
        return session.exec(select(Audit).where(Audit.act == act)).all()


def told(ledger: Ledger) -> list[tuple[str, str]]:
    """(party, state) of every message about a lost one."""
    return [(loss.party, loss.state) for loss in losses(ledger)]


def test_a_refused_message_becomes_a_task_for_the_lead_of_the_team_and_tells_nothing_else(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    sender = Refusing("VT-101")
    deliver_messages(ledger, NOW, sender)
    [lost], [loss] = messages(ledger), losses(ledger)
    assert (loss.party, loss.state, loss.ordinal, loss.owed_at) == ("VT-201", "planned", lost.id, NOW)
    assert deliver_messages(ledger, later(minutes=1), sender).sent == 1
    [(channel, subject, body)] = sender.sent
    words = f"Bericht niet aangekomen: taak VB voor zaak {REFERENCE}. Neem zelf contact op met VT-101, niet per e-mail"
    assert (channel, subject) == (mail("VT-201"), f"{words} [{bundles(ledger)[1].reference}]")
    assert body.splitlines()[2] == words
    assert not [word for word in ("http", "28-04-2026", "550", "werk.example") if word in body]


def test_the_task_is_planned_in_the_transaction_of_the_failure(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    deliver_messages(ledger, NOW, Refusing("VT-101"))
    [failed] = acts(ledger, "bericht-mislukt")
    assert failed.details == {"trede": "NOTICE", "partij": "VT-101", "reden": "smtp-550"}
    with ledger.reading() as session:
        assert session.exec(select(Outbox.act).where(Outbox.step_id == "s-1")).all() == ["tag_run"]
    assert told(ledger) == [("VT-201", "planned")]


def test_a_lead_who_cannot_be_reached_either_makes_it_the_process_directors_and_there_it_ends(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    sender = Refusing("VT-101", "VT-201", "PR-101")
    for minute in range(6):
        deliver_messages(ledger, later(minutes=minute), sender)
    assert told(ledger) == [("VT-201", "failed"), ("PR-101", "failed")]
    assert {loss.ordinal for loss in losses(ledger)} == {messages(ledger)[0].id}
    assert len(acts(ledger, "bericht-mislukt")) == 3


def test_a_lost_message_to_the_lead_itself_goes_to_the_process_director(ledger: Ledger) -> None:
    plan(ledger, planned("s-1", "VT-201"), planned("s-2", "PR-101"))
    deliver_messages(ledger, NOW, Refusing("VT-201", "PR-101"))
    assert told(ledger) == [("PR-101", "planned")]
    assert [row.step_id for row in acts(ledger, "niemand-bereikbaar")] == ["s-2"]


def test_the_stand_in_who_did_not_get_it_is_not_told_of_it_either(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), people={"VT-101": {"active": False}})
    deliver_messages(ledger, NOW, Refusing("VT-201"))
    assert bundles(ledger)[0].party == "VT-201"
    assert told(ledger) == [("PR-101", "planned")]


def test_an_exhausted_ladder_ends_at_a_person(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    sender, tries = Refusing("VT-101", result=TEMPORARY), 0
    deliver_messages(ledger, NOW, sender)
    while again := deliveries(ledger)[0].next_try_at:
        assert losses(ledger) == []
        tries += deliver_messages(ledger, again, sender).temporary
    assert told(ledger) == [("VT-201", "planned")]
    assert tries == len(LADDER) - 1


def test_a_message_for_which_nobody_was_reachable_shows_and_says_so(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), people={code: {"channels": []} for code in ("VT-101", "VT-102", "VT-201", "PR-101")})
    assert bundle_messages(ledger, NOW).failed == 1
    assert [(message.state, message.reason) for message in messages(ledger)] == [("failed", "niemand")]
    assert [row.step_id for row in acts(ledger, "niemand-bereikbaar")] == ["s-1"]


def test_what_fails_because_its_step_closed_is_no_failure(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2"))

    class Closing(Refusing):
        def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
            close_step(ledger, "s-1")
            return super().send(channel, subject, body, reference)

    deliver_messages(ledger, NOW, Closing("VT-101"))
    assert [(message.state, message.reason) for message in messages(ledger)] == [
        ("cancelled", "stap-klaar"),
        ("failed", "smtp-550"),
    ]
    assert [loss.step_id for loss in losses(ledger)] == ["s-2"]


def test_a_task_about_a_closed_step_is_not_sent_any_more(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"))
    sender = Refusing("VT-101")
    deliver_messages(ledger, NOW, sender)
    close_step(ledger, "s-1")
    assert deliver_messages(ledger, later(minutes=1), sender).sent == 0
    assert told(ledger) == [("VT-201", "cancelled")]


def test_a_digest_that_fails_makes_one_digest_of_tasks(ledger: Ledger) -> None:
    plan(ledger, *(planned(f"s-{n}") for n in range(3)))
    sender = Refusing("VT-101")
    deliver_messages(ledger, NOW, sender)
    deliver_messages(ledger, later(minutes=1), sender)
    [(_, subject, body)] = sender.sent
    assert subject.startswith("3 taken voor u")
    assert body.count("Bericht niet aangekomen") == 3


def test_numbers_that_reach_nobody_make_one_task_and_not_one_a_case(ledger: Ledger) -> None:
    plan(ledger, *(planned(f"s-{n}", "CM-101", "L3", case_reference="") for n in range(4)))
    deliver_messages(ledger, NOW, Refusing("CM-101"))
    assert [message.state for message in messages(ledger)] == ["failed"] * 4
    assert [(loss.party, loss.case_reference) for loss in losses(ledger)] == [("PR-101", REFERENCE)]


def test_an_alarm_that_is_refused_every_quarter_of_an_hour_makes_one_task_at_once(ledger: Ledger) -> None:
    alarms = (planned("s-1", rung="ACUTE", ordinal=n + 1, planned_at=later(minutes=15 * n)) for n in range(3))
    plan(ledger, *alarms)
    sender = Refusing("VT-101")
    for minute in range(0, 60, 5):
        deliver_messages(ledger, later(minutes=minute), sender)
    assert [message.state for message in messages(ledger)] == ["failed"] * 3
    assert told(ledger) == [("VT-201", "sent")]
    assert losses(ledger)[0].acute


def test_a_task_never_takes_the_place_of_a_rung_nor_a_rung_of_a_task(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-1", "VT-201", "R"))
    sender = Refusing("VT-101")
    deliver_messages(ledger, NOW, sender)
    with ledger.unit_of_work(now=later(minutes=1), actor=SYSTEM) as work:
        work.session.add(planned("s-1", "VT-201", "L1", planned_at=later(minutes=1)))
    deliver_messages(ledger, later(minutes=1), sender)
    assert [subject.split(" ")[0] for _, subject, _ in sender.sent] == ["Herinnering", "2"]
    assert "Bericht niet aangekomen" in sender.sent[1][2]
    assert "Over de termijn" in sender.sent[1][2]


def test_a_relay_that_is_down_costs_a_handful_of_tries_a_round_and_no_attempt_of_the_rest(
    ledger: Ledger, tmp_path: Path
) -> None:
    plan(ledger, *(planned(f"s-{n}", f"VT-10{n % 2 + 1}", "ACUTE") for n in range(60)))
    port = closed_port()
    given = AppriseSender(Settings(mail_port=port))
    tried = deliver_messages(ledger, NOW, given).temporary
    assert SILENCES <= tried <= SILENCES + THREADS + IN_HAND
    rest = [delivery for delivery in deliveries(ledger) if delivery.attempts == 0]
    assert len(rest) == 60 - tried
    assert {(delivery.state, delivery.lease_until, delivery.indefinite) for delivery in rest} == {("planned", None, 0)}
    with MailCatcher(tmp_path / "mail", port=port):
        assert deliver_messages(ledger, later(minutes=1), given).sent == 60
    assert len({caught.reference for caught in read_mailbox(tmp_path / "mail")}) == 60


def test_a_silent_relay_holds_a_round_for_a_few_time_outs_only(ledger: Ledger) -> None:
    plan(ledger, *(planned(f"s-{n}", rung="ACUTE") for n in range(60)))
    with smtp(banner=SILENT) as server:
        given = AppriseSender(Settings(mail_port=server.port), timeout=0.3)
        assert deliver_messages(ledger, NOW, given).temporary <= SILENCES + 2 * THREADS


def test_mails_behind_a_relay_that_is_down_do_not_hold_up_another_channel(ledger: Ledger) -> None:
    parties = [planned(f"s-{n}", rung="ACUTE") for n in range(40)] + [planned("s-99", "LT-101", rung="ACUTE")]
    plan(ledger, *parties, people={"LT-101": {"channels": ["org:chat"]}})
    sender = Refusing("VT-101", result=Result(Verdict.TEMPORARY, "geweigerd"))
    delivered = deliver_messages(ledger, NOW, sender)
    assert delivered.sent == 1
    assert delivered.temporary < 40
    assert [channel for channel, *_ in sender.sent] == ["org:chat"]


def test_a_relay_that_answers_is_not_down_however_often_it_says_no(ledger: Ledger) -> None:
    plan(ledger, *(planned(f"s-{n}", rung="ACUTE") for n in range(30)))
    assert deliver_messages(ledger, NOW, Refusing("VT-101", result=TEMPORARY)).temporary == 30


def test_silences_with_an_answer_in_between_break_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.deliver_messages.THREADS", 1)  # else it is chance which of them comes in between
    plan(ledger, *(planned(f"s-{n}", rung="ACUTE") for n in range(30)))

    class Limping(Refusing):
        turn = 0

        def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
            Limping.turn += 1
            return SENT if Limping.turn % 3 == 0 else Result(Verdict.TEMPORARY, "tijd-verstreken")

    delivered = deliver_messages(ledger, NOW, Limping())
    assert (delivered.sent, delivered.temporary) == (10, 20)


def test_a_hand_back_leaves_the_doubt_of_a_dead_worker_and_the_place_in_the_queue(ledger: Ledger) -> None:
    plan(ledger, *(planned(f"s-{n}", rung="ACUTE") for n in range(40)))
    bundle_messages(ledger, NOW)
    before = {delivery.id: delivery.next_try_at for delivery in deliveries(ledger)}
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        last = work.session.exec(select(Delivery).order_by(col(Delivery.id).desc())).first()
        assert last
        last.state, last.attempts, last.lease_until = "claimed", 1, NOW
    deliver_messages(ledger, NOW, Refusing("VT-101", result=Result(Verdict.TEMPORARY, "geweigerd")))
    rest = [delivery for delivery in deliveries(ledger) if delivery.state == "planned"]
    assert rest
    assert all(delivery.next_try_at == before[delivery.id] for delivery in rest)


def test_counts_follow_the_policy_of_the_region(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        override = "version = '2026-12'\nprivacy.suppress_below = { value = 15, source = 'regionaal besluit' }\n"
        settings_table.put(work, "policy", override)
    plan(ledger, *(planned(f"s-{n}", "CM-101", "L3", case_reference="") for n in range(12)))
    sender = Refusing()
    deliver_messages(ledger, NOW, sender)
    assert "minder dan 15" in sender.sent[0][2]


def test_nothing_is_delivered_twice_after_all_of_this(ledger: Ledger) -> None:
    plan(ledger, planned("s-1"), planned("s-2", "LT-101"))
    sender = Refusing("VT-101")
    deliver_messages(ledger, NOW, sender)
    deliver_messages(ledger, later(minutes=1), sender)
    assert deliver_messages(ledger, later(days=30), sender) == Delivered()
    with ledger.reading() as session:
        assert len(session.exec(select(Message)).all()) == 3
