"""A receipt of NotifyNL that never came is looked up: what was lost becomes a task for a person all the same."""

from datetime import timedelta

import pytest

from integrations.notifynl.statuses import FATES, Fate
from tasks.daily_turns import Unfinished
from tasks.deliver_messages import deliver_messages
from tasks.look_up_receipts import KEPT, look_up_receipts
from tasks.note_receipt import ARRIVED
from tasks.partner_rounds import DAILY
from tests.messages.rows import NOW, deliveries, later, losses, plan, planned
from tests.partners.notifynl_rows import BY_MAIL, BY_SMS, config
from tests.partners.test_notifynl_rounds import World, _door, _played, world

__all__ = ["_door", "_played", "world"]


def looked(world: World, days: float = 1) -> str:
    """The daily round, so long after the messages were sent."""
    return look_up_receipts(world.ledger, NOW + timedelta(days=days), config(world.url))


@pytest.mark.parametrize("status", FATES)
def test_what_notifynl_never_told_is_asked_the_next_day(world: World, status: str) -> None:
    world.plan(BY_SMS)
    assert world.round() == "sent"
    world.standin.set(status)
    told = looked(world)
    [row] = deliveries(world.ledger)
    fate = FATES[status]
    assert (row.state, row.reason) == {
        Fate.UNDERWAY: ("sent", ""),
        Fate.ARRIVED: ("sent", ARRIVED),
        Fate.LOST: ("permanent", f"notifynl-{status}"),
        Fate.GIVEN_UP: ("temporary", f"notifynl-{status}"),
    }[fate]
    assert len(losses(world.ledger)) == (fate is Fate.LOST), "the team lead hears of it"
    counts = (int(fate is Fate.ARRIVED), int(fate in (Fate.LOST, Fate.GIVEN_UP)))
    assert told == f"1 bericht van NotifyNL nagevraagd: {counts[0]} bezorgd, {counts[1]} niet aangekomen, 0 niet gelukt"
    assert not isinstance(told, Unfinished)
    assert world.standin.wrong == []


def test_what_has_an_end_is_not_asked_again_and_without_messages_nobody_is_asked(world: World) -> None:
    assert looked(world) == ""
    world.plan(BY_SMS)
    world.round()
    world.standin.set("delivered")
    looked(world)
    asked = len(world.standin.asked)
    assert looked(world) == ""
    assert len(world.standin.asked) == asked


def test_a_week_later_notifynl_does_not_know_either_so_it_is_not_asked(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    assert looked(world, KEPT.days).startswith("1 bericht")
    assert looked(world, KEPT.days + 0.01) == ""


def test_a_number_that_notifynl_does_not_know_any_more_says_nothing(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    world.standin.taken.clear()
    assert looked(world) == "1 bericht van NotifyNL nagevraagd: 0 bezorgd, 0 niet aangekomen, 0 niet gelukt"
    assert [(row.state, row.reason) for row in deliveries(world.ledger)] == [("sent", "")]
    assert world.unknown() == 0


@pytest.mark.parametrize(
    ("befalls", "asked"), [("500", 3), ("403", 1), ("404", 1), ("rate", 1), ("day", 1), ("elsewhere", 1)]
)
def test_a_service_that_does_not_answer_leaves_the_round_unfinished(world: World, befalls: str, asked: int) -> None:
    three(world)
    world.standin.looks.extend([befalls] * 3)
    before = len(world.standin.asked)
    told = looked(world)
    assert isinstance(told, Unfinished)
    assert told == "3 berichten van NotifyNL nagevraagd: 0 bezorgd, 0 niet aangekomen, 3 niet gelukt"
    assert len(world.standin.asked) - before == asked
    world.standin.looks.clear()
    assert not isinstance(looked(world, 1.1), Unfinished)


def test_a_service_that_asks_for_rest_is_left_alone_until_then(world: World) -> None:
    three(world)
    world.standin.looks.append("rate")
    assert isinstance(looked(world), Unfinished)
    asked = len(world.standin.asked)
    second = timedelta(seconds=1) / timedelta(days=1)
    assert isinstance(looked(world, 1 + 70 * second), Unfinished)
    assert len(world.standin.asked) == asked
    assert looked(world, 1 + 78 * second).startswith("3 berichten")
    assert len(world.standin.asked) == asked + 3


def test_another_notification_in_the_answer_is_not_believed(world: World) -> None:
    world.plan(BY_SMS)
    world.round()
    number = world.standin.taken[0]["id"]
    world.standin.set("permanent-failure")
    world.standin.taken[0] = Other(world.standin.taken[0], number)
    assert isinstance(looked(world), Unfinished)
    assert [row.state for row in deliveries(world.ledger)] == ["sent"]


class Other(dict[str, object]):
    """A notification that is found under a number, and shows another."""

    def __init__(self, one: dict[str, object], number: str) -> None:
        super().__init__(one | {"id": "00000000-0000-0000-0000-000000000000"})
        self.number = number

    def __getitem__(self, key: str) -> object:
        return self.number if key == "id" else super().__getitem__(key)


def test_a_receipt_that_comes_after_all_changes_nothing_any_more(world: World) -> None:
    world.plan(BY_MAIL)
    world.round()
    receipt = world.standin.receipt("permanent-failure")
    looked(world)
    before = world.dump()
    world.now = later(days=2)
    assert world.tell(receipt) == 204
    assert world.dump() == before


def test_it_is_one_of_the_daily_rounds() -> None:
    assert look_up_receipts in DAILY


def three(world: World) -> None:
    """Three messages on their way."""
    people = {f"VT-10{n}": {"channels": [f"notifynl:sms:+3161234567{n}"]} for n in (1, 2)} | {
        "VT-201": {"channels": [BY_SMS]}
    }
    plan(world.ledger, planned("s-1"), planned("s-2", "VT-102"), planned("s-3", "VT-201"), people=people)
    assert deliver_messages(world.ledger, NOW, world.sender).sent == 3
