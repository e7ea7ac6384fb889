"""Killed between any two acts: each notification once, each event once or known as a repetition, none lost."""

import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from domain.events import PUBLIC
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.tables import ProfessionalRow
from tasks.deliver_messages import deliver_messages
from tasks.send_events import send_events
from tests.faults import tier
from tests.messages.rows import NOW, REFERENCE, add_step, deliveries, later, messages, plan, planned
from tests.partners.conftest import Configure
from tests.partners.events_standin import KEY as HOOK
from tests.partners.events_standin import SubscriberStandin
from tests.partners.notifynl_rows import BY_MAIL, BY_SMS
from tests.partners.notifynl_standin import EMAIL_TEMPLATE, KEY, SMS_TEMPLATE, NotifyNLStandin, notifynl
from tests.partners.server import served
from tests.partners.telling_child import killed_at, points_of

TELLING = ("http.before", "http.after", "commit.after")


@pytest.fixture
def drill(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger whose time stands still, in a drill."""
    monkeypatch.setenv("KETENREGIE_DRILL", "1")
    plan(ledger)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    return ledger


def chosen(names: list[str], name: str) -> list[int]:
    """Every point in the full tier; else some, and always one around an exchange or after a commit."""
    every = list(range(1, len(names) + 1))
    if tier.FULL:
        return every
    drawn = tier.chance(name)
    telling = [place for place, point in enumerate(names, 1) if point in TELLING]
    return sorted({*drawn.sample(telling, 2), drawn.choice(every)})


def copies(ledger: Ledger, folder: Path) -> Generator[Ledger, None, None]:
    """The same beginning, as often as it is asked for."""
    ledger.dispose()
    saved = shutil.copy(str(ledger.url.database), folder / "begin.sqlite")
    number = 0
    while True:
        number += 1
        fresh = Ledger(f"sqlite:///{shutil.copy(saved, folder / f'{number}.sqlite')}")
        yield fresh
        fresh.dispose()


@pytest.mark.timeout(tier.scaled(600, 900))
def test_killed_while_notifying_each_notification_is_there_once(
    drill: Ledger, tmp_path: Path, configured: Configure, record_property: Callable[[str, object], None]
) -> None:
    with drill.unit_of_work(now=NOW, actor=SYSTEM) as work:
        work.session.get_one(ProfessionalRow, "VT-101").channels = [BY_SMS, BY_MAIL]
    _owed(drill)
    fresh = copies(drill, tmp_path)
    with notifynl() as (standin, url):
        templates = f'email_template = "{EMAIL_TEMPLATE}"\nsms_template = "{SMS_TEMPLATE}"'
        configured(f'[notifynl]\nconnection = {{ url = "{url}" }}\napi_key = "n"\n{templates}\n', {"n": KEY})
        names = points_of("deliver", next(fresh), NOW)
        for point in (points := chosen(names, "notify")):
            _killed_while_notifying(standin, next(fresh), point, names[point - 1])
    fresh.close()
    record_property("said", f"notifynl: killed at {len(points)} of {len(names)} points, none doubled or lost")


def _owed(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        add_step(work.session, "s-1")
        work.session.add(planned("s-1", rung="ACUTE"))


def _killed_while_notifying(standin: NotifyNLStandin, ledger: Ledger, point: int, name: str) -> None:
    standin.taken.clear()
    killed_at(point, "deliver", ledger, NOW)
    for minutes in (2, 10):
        deliver_messages(ledger, later(minutes=minutes))
    assert [message.state for message in messages(ledger)] == ["sent"], name
    assert sorted(one["type"] for one in standin.taken) == ["email", "sms"], name
    assert {row.remote_id for row in deliveries(ledger)} == {one["id"] for one in standin.taken}, name


@pytest.mark.timeout(tier.scaled(600, 900))
def test_killed_while_telling_each_event_is_heard_under_one_id(
    drill: Ledger, tmp_path: Path, configured: Configure, record_property: Callable[[str, object], None]
) -> None:
    with served(standin := SubscriberStandin()) as url:
        oin = "00000001234567890000"
        text = f'[[subscribers]]\nname = "r"\nconnection = {{ url = "{url}" }}\nsecret = "haak"\noin = "{oin}"\n'
        configured(text, {"haak": HOOK})
        send_events(drill, NOW)
        with drill.unit_of_work(now=NOW, actor=SYSTEM) as work:
            for act in list(PUBLIC)[:3]:
                work.audit(act, case_reference=REFERENCE)
        fresh = copies(drill, tmp_path)
        names = points_of("events", next(fresh), NOW)
        for point in (points := chosen(names, "events")):
            vars(standin).update(vars(SubscriberStandin()))
            ledger = next(fresh)
            assert killed_at(point, "events", ledger, NOW), names[point - 1]
            for minutes in (2, 10):
                send_events(ledger, later(minutes=minutes))
            assert (len(standin.ids()), standin.wrong) == (3, []), names[point - 1]
            assert len(standin.heard) <= 4, names[point - 1]
        fresh.close()
    record_property("said", f"events: killed at {len(points)} of {len(names)} points, none lost")
