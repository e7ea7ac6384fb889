"""Rounds of deliveries over NotifyNL, and what it says afterwards: every message reaches somebody, and once."""

import json
import logging
import random
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.mail_catcher import MailCatcher, read_mailbox
from deployments.receiver.app import receiver_app
from deployments.receiver.house import House
from domain.delivery import LADDER
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.tables import Audit
from integrations.mail.sender import AppriseSender
from integrations.notifynl.sender import NotifyNLSender
from integrations.notifynl.statuses import FATES
from integrations.partners import Partners
from integrations.senders import ByChannel
from integrations.settings import Settings
from integrations.verdict import Result
from tasks.deliver_messages import deliver_messages
from tasks.note_receipt import ARRIVED, TRIES, UNKNOWN
from tasks.settle_restore import settle_restore
from tests.faults.tier import chance, scaled
from tests.messages.rows import NOW, bundles, close_step, deliveries, later, losses, messages, plan, planned
from tests.partners.notifynl_rows import BY_MAIL, BY_SMS, CALLBACK, HOME, config, secrets, sender
from tests.partners.notifynl_standin import NotifyNLStandin, notifynl, told
from tests.partners.server import served

BEARER = {"Authorization": f"Bearer {CALLBACK}", "Content-Type": "application/json"}


class Door:
    """A receiver on loopback, of which each test brings its own inside."""

    app: ASGIApp
    client: httpx.Client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    def post(self, content: bytes, headers: dict[str, str]) -> httpx.Response:
        return self.client.post("notifynl", content=content, headers=headers)


class World:
    """One installation with NotifyNL: its ledger, the stand-in, and the door at which the stand-in reports."""

    def __init__(self, ledger: Ledger, standin: NotifyNLStandin, url: str, door: Door) -> None:
        self.ledger, self.standin, self.url, self.sender = ledger, standin, url, sender(url)
        self.now = NOW
        door.app = receiver_app(House(ledger, Partners(notifynl=config(url)), lambda: self.now))
        self.door = door

    def plan(self, *channels: str) -> None:
        plan(self.ledger, planned("s-1"), people={"VT-101": {"channels": list(channels)}})

    def round(self, moment: datetime = NOW) -> str:
        """One round of deliveries; the state of the only message."""
        deliver_messages(self.ledger, moment, self.sender)
        return self.state()

    def state(self) -> str:
        [message] = messages(self.ledger)
        return message.state

    def tell(self, body: object) -> int:
        """The callback arrives at our door; the status it answers."""
        return self.door.post(told(body), BEARER).status_code

    def dump(self) -> str:
        with self.ledger.reading() as session:
            tables = (
                session.connection().execute(text(f"SELECT * FROM {name}")).all()
                for name in SQLModel.metadata.tables
                if name != "professional"
            )
            return repr(list(tables))

    def unknown(self) -> int:
        with self.ledger.reading() as session:
            return int(settings_table.get(session, UNKNOWN) or 0)


@pytest.fixture(scope="module")
def _played() -> Iterator[tuple[NotifyNLStandin, str]]:
    with secrets(), notifynl() as found:
        yield found


@pytest.fixture(scope="module")
def _door() -> Iterator[Door]:
    door = Door()
    with served(door) as url, httpx.Client(base_url=url, timeout=60) as door.client:
        yield door


@pytest.fixture
def world(ledger: Ledger, _played: tuple[NotifyNLStandin, str], _door: Door) -> World:
    """A fresh ledger, whose time stands still unless the test moves it, and a stand-in that has nothing yet."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    fresh = NotifyNLStandin()
    vars(_played[0]).update({key: value for key, value in vars(fresh).items() if key != "_app"})
    return World(ledger, *_played, _door)


def test_each_professional_hears_by_the_way_of_its_own_channels(world: World, tmp_path: Path) -> None:
    people = {"VT-101": {"channels": [BY_SMS]}, "VT-102": {"channels": ["mail:vt-102@werk.example"]}}
    plan(world.ledger, planned("s-1"), planned("s-2", "VT-102"), people=people)
    with MailCatcher(tmp_path / "mail") as catcher:
        ordinary = AppriseSender(Settings(mail_port=catcher.port))
        both = ByChannel(ordinary, NotifyNLSender(config(world.url), HOME))
        assert deliver_messages(world.ledger, NOW, both).sent == 2
    assert [mail.to for mail in read_mailbox(tmp_path / "mail")] == ["vt-102@werk.example"]
    assert [one["type"] for one in world.standin.taken] == ["sms"]
    assert [row.remote_id for row in deliveries(world.ledger)] in (
        [world.standin.taken[0]["id"], ""],
        ["", world.standin.taken[0]["id"]],
    )


@pytest.mark.parametrize("befalls", ["hang", "cut", "failing", "html"])
def test_a_lost_answer_and_lost_look_ups_double_nothing(world: World, befalls: str) -> None:
    world.plan(BY_SMS)
    world.standin.weather.append(befalls)
    world.standin.looks.extend(["", "500", "500"])
    assert world.round() == "bundled"
    assert deliveries(world.ledger)[0].indefinite == 1
    assert world.round(later(minutes=1)) == "bundled"
    assert world.round(later(minutes=6)) == "sent"
    assert len(world.standin.taken) == 1
    assert deliveries(world.ledger)[0].remote_id == world.standin.taken[0]["id"]


def test_a_worker_that_died_after_sending_finds_its_own_notification(world: World) -> None:
    world.plan(BY_MAIL)
    with pytest.raises(KeyboardInterrupt):
        deliver_messages(world.ledger, NOW, Dying(world.sender))
    assert deliveries(world.ledger)[0].state == "claimed"
    assert world.round(later(seconds=61)) == "sent"
    assert len(world.standin.taken) == 1
    assert deliveries(world.ledger)[0].indefinite == 1


class Dying:
    """Sends, and does not live to tell."""

    def __init__(self, sender: ByChannel) -> None:
        self._sender = sender

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        self._sender.send(channel, subject, body, reference)
        raise KeyboardInterrupt


def test_a_doubt_that_looking_can_solve_is_no_reason_to_give_up(world: World) -> None:
    world.plan(BY_SMS)
    world.standin.weather.extend(["500"] * 3)
    moment = NOW
    for wait in LADDER[:3]:
        assert world.round(moment) == "bundled"
        moment += wait
    assert world.round(moment) == "sent"
    assert len(world.standin.taken) == 1


def test_a_restored_copy_looks_first_and_says_that_it_may_repeat_itself(world: World, tmp_path: Path) -> None:
    """What was on its way in the copy is found; what the copy did not know of goes again, and tells so."""
    people = {"VT-101": {"channels": [BY_SMS]}, "VT-102": {"channels": [BY_MAIL]}}
    plan(world.ledger, planned("s-1"), planned("s-2", "VT-102"), people=people)
    world.standin.looks.extend(["", "500", "500"])
    world.standin.weather.append("failing")
    deliver_messages(world.ledger, NOW, world.sender)  # one of both is in doubt, and was taken
    doubted = {row.id for row in deliveries(world.ledger) if row.state == "indefinite"}
    world.ledger.dispose()
    copy = shutil.copy(str(world.ledger.url.database), tmp_path / "kopie.sqlite")
    restored = Ledger(f"sqlite:///{copy}")
    settle_restore(restored, later(minutes=1), forced=True)
    for minutes in (2, 10):
        deliver_messages(restored, later(minutes=minutes), world.sender)
    sent = [one["reference"] for one in world.standin.taken]
    assert len(sent) == len(set(sent)) == 2
    assert doubted
    with restored.unit_of_work(now=later(minutes=11), actor=SYSTEM) as work:
        lost = planned("s-1", rung="R", planned_at=later(minutes=11), owed_at=NOW)
        work.session.add(lost)
    deliver_messages(restored, later(minutes=12), world.sender)
    assert len(world.standin.taken) == 3
    assert "Kan een herhaling zijn." in world.standin.taken[2]["body"]
    restored.dispose()


def test_an_outage_costs_a_handful_of_tries_and_everybody_hears_afterwards(world: World) -> None:
    people = {"VT-101": {"channels": [BY_SMS]}, "VT-102": {"channels": [BY_MAIL]}, "VT-201": {"channels": [BY_MAIL]}}
    steps = [planned(f"s-{n}", code, rung="ACUTE") for code in people for n in range(10)]
    for number, step in enumerate(steps):
        step.step_id = f"s-{number}"
    plan(world.ledger, *steps, people=people)
    world.standin.looks.extend(["rate"] * 100)
    deliver_messages(world.ledger, NOW, world.sender)
    assert len(world.standin.asked) <= 25
    world.standin.looks.clear()
    for minute in (2, 3):
        deliver_messages(world.ledger, later(minutes=minute), world.sender)
    assert {message.state for message in messages(world.ledger)} == {"sent"}
    assert len(world.standin.taken) == 30


def test_a_server_that_asks_to_stay_away_is_left_alone_that_long(world: World) -> None:
    world.plan(BY_SMS)
    world.standin.weather.append("rate")  # Retry-After: 77
    world.round()
    assert deliveries(world.ledger)[0].next_try_at == later(seconds=77)
    world.standin.weather.append("day")
    world.round(later(seconds=77))
    found = deliveries(world.ledger)[0].next_try_at
    assert found is not None
    assert timedelta(minutes=5) <= found - later(seconds=77) <= timedelta(hours=24, seconds=61)


def test_delivered_is_noted_and_twice_is_once(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    told = world.standin.receipt("delivered")
    assert world.tell(told) == 204
    before = world.dump()
    assert world.tell(told) == 204
    assert world.dump() == before
    assert [(row.state, row.reason) for row in deliveries(world.ledger)] == [("sent", ARRIVED)]


@pytest.mark.parametrize("status", ["permanent-failure", "technical-failure", "validation-failed"])
def test_a_notification_that_failed_is_a_mail_that_came_back(world: World, status: str) -> None:
    world.plan(BY_SMS)
    world.round()
    told = world.standin.receipt(status)
    assert world.tell(told) == 204
    [row] = deliveries(world.ledger)
    assert (row.state, row.reason, row.bounced_at) == ("permanent", f"notifynl-{status}", NOW)
    assert (world.state(), [loss.party for loss in losses(world.ledger)]) == ("failed", ["VT-201"])
    before = world.dump()
    assert world.tell(told) == 204
    assert world.dump() == before


def test_another_channel_that_brought_it_is_enough(world: World) -> None:
    world.plan(BY_SMS, BY_MAIL)
    world.round()
    assert [one["type"] for one in world.standin.taken] in (["sms", "email"], ["email", "sms"])
    place = [one["type"] for one in world.standin.taken].index("sms")
    assert world.tell(world.standin.receipt("permanent-failure", place)) == 204
    assert [row.state for row in deliveries(world.ledger)] == ["permanent", "sent"]
    assert (world.state(), list(losses(world.ledger))) == ("sent", [])
    assert world.tell(world.standin.receipt("permanent-failure", 1 - place)) == 204
    assert (world.state(), len(losses(world.ledger))) == ("failed", 1)


def test_one_address_that_stands_there_twice_is_one_notification(world: World) -> None:
    world.plan(BY_SMS, BY_SMS)
    world.round()
    world.round(later(hours=1))
    assert len(world.standin.taken) == len({row.remote_id for row in deliveries(world.ledger)})
    for place in range(len(world.standin.taken)):
        assert world.tell(world.standin.receipt("permanent-failure", place)) == 204
    assert (world.state(), len(losses(world.ledger))) == ("failed", 1)


def test_what_notifynl_gave_up_goes_again_and_after_three_sends_to_a_person(world: World) -> None:
    world.plan(BY_SMS)
    moment = NOW
    for number in range(1, TRIES + 1):
        assert world.round(moment) == "sent"
        assert len(world.standin.taken) == number
        world.now = moment = moment + timedelta(hours=23)
        told = world.standin.receipt("temporary-failure")
        assert [world.tell(told), world.tell(told)] == [204, 204]
        moment += timedelta(hours=1)
    assert (world.state(), [loss.party for loss in losses(world.ledger)]) == ("failed", ["VT-201"])


def test_what_was_given_up_and_is_not_true_any_more_is_not_sent_again(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    world.tell(world.standin.receipt("temporary-failure"))
    assert world.state() == "bundled"
    close_step(world.ledger, "s-1")
    world.round(later(days=1))
    assert len(world.standin.taken) == 1


def test_what_arrived_after_all_is_not_sent_again(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    world.tell(world.standin.receipt("temporary-failure"))
    assert world.state() == "bundled"
    assert world.tell(world.standin.receipt("delivered")) == 204
    assert world.round(later(hours=1)) == "sent"
    assert len(world.standin.taken) == 1


def test_a_receipt_about_an_earlier_send_says_nothing_of_the_later_one(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    first = world.standin.receipt("temporary-failure")
    world.tell(first)
    world.round(later(minutes=5))
    assert len(world.standin.taken) == 2
    assert world.tell(first | {"status": "permanent-failure"}) == 204
    assert world.state() == "sent"
    assert world.tell(first | {"status": "delivered"}) == 204
    assert deliveries(world.ledger)[0].reason == ARRIVED


def test_a_receipt_that_comes_before_we_recorded_the_send_must_come_again(world: World) -> None:
    world.plan(BY_SMS)
    with pytest.raises(KeyboardInterrupt):
        deliver_messages(world.ledger, NOW, Dying(world.sender))
    told = world.standin.receipt("permanent-failure")
    answer = world.door.post(json.dumps(told).encode(), BEARER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    world.standin.set("sent")
    assert world.round(later(minutes=2)) == "sent"
    assert world.tell(told) == 204
    assert world.state() == "failed"


def test_a_receipt_finds_a_send_whose_number_was_never_heard_by_its_reference(world: World) -> None:
    world.plan(BY_SMS)
    world.standin.weather.append("failing")
    world.standin.looks.extend(["", "500"])
    assert world.round() == "bundled"
    assert world.tell(world.standin.receipt("delivered")) == 204
    assert world.state() == "sent"
    assert deliveries(world.ledger)[0].remote_id == world.standin.taken[0]["id"]


def test_what_is_not_ours_is_counted_and_changes_nothing(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    ours = world.standin.receipt("permanent-failure")
    number = "11111111-2222-4333-8444-555555555555"
    for strange in ("ZZZZ-ZZZZ.sms", "jan@huis.example", None, f"{bundles(world.ledger)[0].reference}.email"):
        assert world.tell(ours | {"id": number, "reference": strange}) == 204
    assert world.unknown() == 4
    assert world.state() == "sent"


@pytest.mark.timeout(scaled(600, 900))
def test_every_order_of_receipts_ends_in_one_way_and_never_goes_back(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    """What arrived stays arrived, and what was lost stays with the person who was told."""
    drawn, number = chance("receipts"), scaled(12, 400)
    steps = [planned(f"s-{n}", rung="ACUTE") for n in range(number)]
    plan(world.ledger, *steps, people={"VT-101": {"channels": [BY_SMS]}})
    assert deliver_messages(world.ledger, NOW, world.sender).sent == number
    ends: dict[str, tuple[str, str]] = {}
    for _ in range(6 * number):
        place = drawn.randrange(number)
        assert (
            world.tell(world.standin.receipt(drawn.choice([*FATES, *["delivered"] * 6, "iets-nieuws"]), place)) == 204
        )
        one = world.standin.taken[place]["id"]
        now = next((row.state, row.reason) for row in deliveries(world.ledger) if row.remote_id == one)
        assert ends.get(one, now) == now
        if now[0] == "permanent" or now[1] == ARRIVED:
            ends[one] = now
    lost = sum(state == "permanent" for state, _ in ends.values())
    assert 0 < lost < len(ends)
    assert (len(losses(world.ledger)), world.unknown()) == (lost, 0)
    record_property("said", f"notifynl: {6 * number} receipts in random order, {len(ends)} final, none undone")


def test_the_door_is_for_who_knows_the_secret(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    told_, wrong = told(world.standin.receipt("permanent-failure")), {"Content-Type": "application/json"}
    assert world.door.post(told_, wrong).status_code == 401
    wrong["Authorization"] = "Bearer iets-anders-dat-lang-genoeg-is"
    assert world.door.post(told_, wrong).status_code == 401
    assert world.state() == "sent"


@pytest.mark.parametrize(
    "body", [[], {}, {"id": "x", "status": "sent"}, {"id": 3, "status": "sent"}, {"id": None}, "tekst", 5]
)
def test_what_is_no_receipt_is_refused_without_repeating_it(world: World, body: object) -> None:
    assert world.tell(body) == 400


def test_an_installation_without_notifynl_has_no_such_door(world: World) -> None:
    world.door.app = receiver_app(House(world.ledger, Partners()))
    assert world.door.post(b"{}", BEARER).status_code == 404


def test_no_address_is_kept_or_said(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.plan(BY_SMS, BY_MAIL)
    world.standin.weather.extend(["html", "invalid", "cut"])
    world.round()
    for place in range(len(world.standin.taken)):
        for status in ("sending", "temporary-failure", "permanent-failure"):
            world.tell(world.standin.receipt(status, place) | {"reference": "vt-101@werk.example"})
    for minutes in (1, 10, 60):
        world.round(later(minutes=minutes))
    for word in ("612345678", "vt-101@werk.example", "huis.example"):
        assert word not in world.dump() + caplog.text
    with world.ledger.reading() as session:
        assert {row.act for row in session.exec(select(Audit))} >= {"bericht-teruggekomen", "bericht-mislukt"}


@pytest.mark.timeout(scaled(600, 900))
def test_messages_through_random_weather_arrive_once_each(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    drawn, number = chance("weather"), scaled(20, 400)
    steps = [planned(f"s-{n}", drawn.choice(["VT-101", "VT-102"]), rung="ACUTE") for n in range(number)]
    channels = {"VT-101": {"channels": [BY_SMS]}, "VT-102": {"channels": [BY_MAIL]}}
    plan(world.ledger, *steps, people=channels)
    moment, rounds = NOW, 0
    while {message.state for message in messages(world.ledger)} != {"sent"} and rounds < 40:
        world.standin.weather = _weather(drawn, number)
        world.standin.looks = _weather(drawn, number, lost=False)
        deliver_messages(world.ledger, moment, world.sender)
        moment, rounds = moment + timedelta(minutes=20 if rounds < 3 else 1500), rounds + 1
    assert {message.state for message in messages(world.ledger)} == {"sent"}
    sent = [(one["reference"], one["type"]) for one in world.standin.taken]
    assert len(sent) == len(set(sent)) == number
    assert {row.remote_id for row in deliveries(world.ledger)} == {one["id"] for one in world.standin.taken}
    record_property("said", f"notifynl: {number} messages through random weather in {rounds} rounds, none doubled")


def _weather(drawn: random.Random, number: int, *, lost: bool = True) -> deque[str]:
    bad = ["500", "503", "rate", "403", "404", *(["cut", "html", "broken", "failing"] if lost else [])]
    return deque(drawn.choice([*[""] * 12, *bad]) for _ in range(4 * number))
