"""The machine's clock jumps, and comes back: nothing is said twice, too early afterwards, or never."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Delivery, DeliveryState, MessageState
from tests.chain import Chain
from tests.faults.clock_world import STAGES, World, quarter, weeks, world
from tests.faults.sometimes import saw
from tests.faults.tier import FULL, SEED, chance, scaled
from tests.house.tree import ROOT
from tests.region import with_region

Say = Callable[[str, object], None]
Jump = Callable[[datetime], datetime]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
JUMPS: dict[str, Jump] = {
    "+1 h": lambda now: now + HOUR,
    "+1 day": lambda now: now + DAY,
    "+40 days": lambda now: now + 40 * DAY,
    "-1 h": lambda now: now - HOUR,
    "-1 day": lambda now: now - DAY,
    "1970": lambda now: datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    "2038": lambda now: datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "leap day": lambda now: datetime(2028, 2, 29, 9, 0, tzinfo=UTC),
}
POSTS = ("sent by the wrong clock", "not sent by it", "the relay is down in it")
ALL = [(jump, post, stage) for jump in JUMPS for post in POSTS for stage in STAGES]
FEW = [("+40 days", POSTS[2]), ("-1 day", POSTS[0]), ("1970", POSTS[1]), ("2038", POSTS[1])]
SOME = ALL if FULL else [(jump, post, "decided") for jump, post in FEW]
WEEKS = 12
_control: dict[str, set[tuple[str, str, str]]] = {}


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    """A fresh region to drive."""
    return Chain(with_region(ledger))


def control(chain: Chain, stage: str) -> set[tuple[str, str, str]]:
    """Who is told what when no clock jumps; worked out once, on a ledger that is then thrown away."""
    if stage not in _control:
        saved = chain.saved()
        made = world(chain, stage)
        made.stay(quarter(), *weeks(WEEKS))
        assert (made.waiting(), made.twice(), made.negative()) == ([], [], [])
        _control[stage] = made.keys()
        chain.restored(saved)
    return _control[stage]


def wrong_for_a_while(made: World, wrong: datetime, post: str) -> list[bool]:
    """Two sweeps by the wrong clock; whether each saw that the clock had gone back."""
    made.post.down = post == POSTS[2]
    swept = [made.tick(wrong + n * quarter(), deliver=post != POSTS[1]) for n in range(2)]
    made.post.down = False
    return [one.clock_back for one in swept]


def must_be_whole(made: World, expected: set[tuple[str, str, str]]) -> None:
    """Nothing waits, nothing went twice or too early, and everyone was told what they would have been told."""
    assert made.waiting() == []
    assert made.twice() == []
    assert made.early == []
    assert made.negative() == []
    assert expected - made.keys() == set()


@pytest.mark.parametrize(("jump", "post", "stage"), SOME)
def test_after_a_jump_and_back_everything_is_said_once_and_in_time(
    chain: Chain, jump: str, post: str, stage: str, record_property: Say
) -> None:
    expected = control(chain, stage)
    made = world(chain, stage)
    right, wrong = made.now, JUMPS[jump](made.now)
    seen = wrong_for_a_while(made, wrong, post)
    (back,) = made.stay(quarter())
    assert (seen, back.clock_back) == ([wrong < right, False], wrong > right)
    assert not back.clock_back or (back.steps, back.planned) == (0, 0)
    saw("clock-back")
    made.stay(quarter(), *weeks(WEEKS))
    must_be_whole(made, expected)
    assert made.alarms(right + quarter()) > 0
    record_property("said", f"clock {jump}: {json.dumps({'mails': len(made.post.sent), 'twice': 0, 'forgotten': 0})}")


def test_a_clock_that_goes_back_and_forth_all_the_time_loses_nothing(chain: Chain, record_property: Say) -> None:
    expected, drawn = control(chain, "decided"), chance("back and forth")
    made, jumps, back = world(chain, "decided"), scaled(6, 100), 0
    for _ in range(jumps):
        wrong = made.now + timedelta(seconds=drawn.randint(-3 * 86_400, 3 * 86_400))
        back += made.tick(wrong, deliver=drawn.random() < 0.5).clock_back
        back += sum(swept.clock_back for swept in made.stay(timedelta(minutes=drawn.randint(5, 600))))
    made.stay(*weeks(WEEKS))
    must_be_whole(made, expected)
    assert back >= jumps * 0.8
    record_property("said", f"clock ±3 days: {json.dumps({'jumps': jumps, 'told': back, 'seed': SEED})}")


def test_midnight_and_the_second_before_it_say_nothing_twice(chain: Chain) -> None:
    expected = control(chain, "decided")
    made = world(chain, "decided")
    for day in range(scaled(4, 30)):
        made.now = datetime(2026, 5, 4, 21, 59, 59, tzinfo=UTC) + day * DAY  # 23:59:59 in Amsterdam
        made.stay(timedelta(0), timedelta(seconds=1))
    made.stay(11 * HOUR, *weeks(WEEKS))
    must_be_whole(made, expected)


def test_what_was_planned_in_a_wrong_future_and_had_not_left_waits_for_its_own_moment(chain: Chain) -> None:
    made = world(chain, "decided")
    before = {m.id for m in made.messages()}
    made.tick(JUMPS["2038"](made.now), deliver=False)
    made.stay(quarter())
    waiting = [m for m in made.messages() if m.id not in before and m.state == MessageState.PLANNED and not m.acute]
    assert len(waiting) > 10
    assert all(m.owed_at is not None and m.planned_at == max(m.owed_at, made.now) for m in waiting)


@pytest.mark.parametrize(("minutes", "told"), [(0, False), (4, False), (5, False), (6, True), (600, True)])
def test_five_minutes_back_is_standing_still_and_more_is_told(chain: Chain, minutes: int, told: bool) -> None:
    made = world(chain, "decided")
    before = len(made.messages())
    swept = made.tick(made.now - timedelta(minutes=minutes), deliver=False)
    assert swept.clock_back is told
    assert not told or (swept.steps, len(made.messages())) == (0, before)


@pytest.mark.parametrize("state", [DeliveryState.CLAIMED, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE])
@pytest.mark.parametrize("ahead", [timedelta(days=4000), timedelta(days=9)][: scaled(1, 2)])
def test_a_lease_or_a_next_try_of_a_wrong_future_strands_no_mail(
    chain: Chain, state: DeliveryState, ahead: timedelta
) -> None:
    made = world(chain, "decided")
    made.post.down = True
    made.stay(7 * DAY)
    with made.ledger.unit_of_work(now=made.now, actor=SYSTEM) as work:
        mails = [mail for mail in work.session.exec(select(Delivery)) if mail.state == DeliveryState.TEMPORARY]
        for mail in mails:
            mail.state, mail.next_try_at = state, made.now + ahead
            mail.lease_until = made.now + ahead if state == DeliveryState.CLAIMED else None
    assert mails
    made.post.down = False
    made.stay(quarter())
    assert made.waiting() == []


ZONES = ("UTC", "Europe/Amsterdam", "America/St_Johns", "Asia/Kathmandu")


def test_terms_around_every_change_of_summer_time_are_the_same_in_every_zone_of_the_machine(
    record_property: Say,
) -> None:
    command = [sys.executable, "-m", "tests.faults.clock_dst", str(scaled(20, 200))]
    started = [
        subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TZ": zone}, stdout=subprocess.PIPE, text=True)
        for zone in ZONES
    ]
    found = [json.loads(process.communicate(timeout=500)[0]) for process in started]
    for one in found:
        record_property("said", f"summer time: {json.dumps(one)}")
        assert (one["cases"], one["wrong"]) == (scaled(800, 8000), 0)
        assert one["fold"] > 0
    assert len({one["hash"] for one in found}) == 1
    assert len({one["zone"] for one in found}) == len(ZONES)
    saw("fold-hour")
