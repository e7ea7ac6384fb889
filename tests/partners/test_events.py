"""Events for subscribers: signed, without content, each once or known as a repetition, none lost."""

import json
import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from domain.delivery import LADDER
from domain.events import PUBLIC, event_id
from integrations.events.config import Subscriber
from integrations.events.preflight import preflight
from integrations.events.webhook import Happening, envelope
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.tables import Audit, Step, StepState
from integrations.partners import partners
from tasks.examine_telling import examine_telling
from tasks.partner_rest import MISSES
from tasks.plan_events import AT_ONCE
from tasks.send_events import NOT_THEIRS, send_events
from tests.faults.tier import chance, scaled
from tests.messages.rows import NOW, REFERENCE, add_case, add_step, later, plan
from tests.partners.conftest import Configure
from tests.partners.events_standin import KEY, SubscriberStandin

STANDIN = SubscriberStandin
OIN = "00000001234567890000"


def section(url: str, name: str = "register", more: str = "") -> str:
    """One subscriber of the partners' file."""
    connection = f'connection = {{ url = "{url}", timeout = 3, bound = 10 }}'
    return f'[[subscribers]]\nname = "{name}"\n{connection}\nsecret = "haak"\noin = "{OIN}"\n{more}\n'


def subscribe(configured: Configure, ledger: Ledger, url: str) -> None:
    """An installation with one subscriber at this address, which has begun to listen."""
    configured(section(url), {"haak": KEY})
    plan(ledger)
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    assert send_events(ledger, NOW) == ""


@pytest.fixture
def subscribed(configured: Configure, ledger: Ledger, standin: SubscriberStandin, played: tuple[object, str]) -> str:
    """The address of the stand-in, which is subscribed."""
    subscribe(configured, ledger, played[1])
    return played[1]


def happen(ledger: Ledger, *acts: str, case: str = REFERENCE) -> None:
    """These acts are recorded."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        for act in acts:
            work.audit(act, ground="proces", case_reference=case, step_id=f"{case}.001", kind="acute_action")


def rows(ledger: Ledger) -> list[EventDelivery]:
    with ledger.reading() as session:
        return list(session.exec(select(EventDelivery).order_by(col(EventDelivery.id))).all())


def hashes(ledger: Ledger) -> dict[int, str]:
    with ledger.reading() as session:
        return {row.seq or 0: row.hash for row in session.exec(select(Audit))}


def test_an_event_tells_that_something_happened_and_not_what(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str
) -> None:
    happen(ledger, "stap-afgerond")
    assert send_events(ledger, NOW) == "gebeurtenissen voor register: 1 verstuurd"
    [event] = standin.heard
    [row] = rows(ledger)
    assert event == {
        "specversion": "1.0",
        "id": event_id(hashes(ledger)[row.seq]),
        "source": f"/oin/{OIN}/systeem/ketenregie",
        "type": "nl.ketenregie.stap-afgerond",
        "subject": REFERENCE,
        "time": "2026-04-21T08:00:00Z",
        "datacontenttype": "application/json",
        "data": {"url": f"http://127.0.0.1:4200/runs?type=span&seconds=-31536000&tag=zaak%3A{REFERENCE}"},
    }
    assert standin.wrong == []
    assert (row.state, row.attempts, row.indefinite) == ("sent", 1, 0)


def test_only_public_acts_on_a_case_are_told_and_each_once(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str
) -> None:
    happen(ledger, *PUBLIC, "urgent-gezien", "risico-gevonden", "status-melder", "stap-ingezien")
    happen(ledger, "stap-geopend", case="")
    for moment in (NOW, later(hours=1), later(days=9)):
        send_events(ledger, moment)
    assert [str(one["type"]).removeprefix("nl.ketenregie.") for one in standin.heard] == list(PUBLIC)
    assert standin.wrong == []
    assert send_events(ledger, later(days=10)) == ""


def test_the_acts_that_are_public_are_acts_that_the_system_writes() -> None:
    written = "".join(path.read_text() for room in ("tasks", "integrations") for path in Path(room).rglob("*.py"))
    assert [act for act in PUBLIC if f'"{act}"' not in written] == []


def test_who_is_new_hears_what_happens_from_now_on(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, configured: Configure
) -> None:
    happen(ledger, "stap-geopend")
    configured(section(subscribed) + section(subscribed, "nieuw"), {"haak": KEY})
    send_events(ledger, NOW)
    happen(ledger, "stap-afgerond")
    send_events(ledger, NOW)
    assert [(row.subscriber, row.kind) for row in rows(ledger)] == [
        ("register", "stap-geopend"),
        ("register", "stap-afgerond"),
        ("nieuw", "stap-afgerond"),
    ]


def test_a_subscriber_hears_its_own_kinds_and_the_cases_of_its_own_organisation(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, configured: Configure
) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        add_case(work.session, 2, "BBBB-CCCC-D")
        add_step(work.session, "BBBB-CCCC-D.001", 2, kind="warm_handover", opened_at=NOW)
    narrow = 'kinds = ["zaak-afgesloten"]\norganisation = "LT-MEER"'
    other = 'organisation = "VT"'
    configured(section(subscribed, "smal", narrow) + section(subscribed, "ander", other), {"haak": KEY})
    send_events(ledger, NOW)
    happen(ledger, "stap-geopend", "zaak-afgesloten", case="BBBB-CCCC-D")
    send_events(ledger, NOW)
    assert [(row.subscriber, row.kind) for row in rows(ledger)] == [("smal", "zaak-afgesloten")]
    assert examine_telling(ledger, partners(), NOW) == []
    assert [one["subject"] for one in standin.heard] == ["BBBB-CCCC-D"]


@pytest.mark.parametrize("narrow", ['kinds = ["zaak-afgesloten"]', 'organisation = "LT-MEER"'])
def test_what_waits_for_a_subscriber_that_may_not_hear_of_it_any_more_is_not_sent_and_no_loss(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, configured: Configure, narrow: str
) -> None:
    happen(ledger, "stap-geopend")
    standin.always = "503"
    send_events(ledger, NOW)
    standin.always = ""
    asked = len(standin.heard)
    configured(section(subscribed, more=narrow), {"haak": KEY})
    for _ in range(2):
        assert send_events(ledger, later(days=1)) == ""
        assert [(row.state, row.reason) for row in rows(ledger)] == [("permanent", NOT_THEIRS)]
        assert examine_telling(ledger, partners(), NOW) == []
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
            row = work.session.exec(select(EventDelivery)).one()
            row.state, row.next_try_at = "planned", NOW
    assert len(standin.heard) == asked


@pytest.mark.parametrize("kind", ["joint_first_home_visit", "warm_handover"])
def test_an_organisation_hears_of_a_case_from_the_joint_visit_or_the_hand_over_on(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, configured: Configure, kind: str
) -> None:
    """As with everything else it may see of the case; what was before is not told afterwards."""
    configured(section(subscribed, "lokaal", 'organisation = "LT-MEER"'), {"haak": KEY})
    send_events(ledger, NOW)
    happen(ledger, "melding-ontvangen", "stap-geopend")
    with ledger.unit_of_work(now=later(days=1), actor=SYSTEM) as work:
        add_step(work.session, f"{REFERENCE}.001", kind="safety_assessment", opened_at=work.now)
        add_step(work.session, f"{REFERENCE}.002", kind=kind, state=StepState.PLANNED)
    happen(ledger, "stap-afgerond")
    assert send_events(ledger, later(days=1)) == ""
    with ledger.unit_of_work(now=later(days=2), actor=SYSTEM) as work:
        step = work.session.get_one(Step, f"{REFERENCE}.002")
        step.state, step.opened_at = StepState.OPEN, work.now
        work.audit("stap-geopend", case_reference=REFERENCE)
        work.audit("termijn-verlengd", case_reference="BBBB-CCCC-D")
    assert send_events(ledger, later(days=2)).endswith("1 verstuurd")
    assert [row.kind for row in rows(ledger)] == ["stap-geopend"]
    assert standin.heard[0]["time"] == "2026-04-23T08:00:00Z"


@pytest.mark.parametrize("befalls", ["text", "204", "201"])
def test_any_good_answer_is_enough(ledger: Ledger, standin: SubscriberStandin, subscribed: str, befalls: str) -> None:
    standin.weather.append(befalls)
    happen(ledger, "stap-geopend")
    assert send_events(ledger, NOW).endswith("1 verstuurd")


@pytest.mark.parametrize("befalls", ["400", "401", "403", "404", "409", "410", "412", "429", "500", "503", "elsewhere"])
def test_every_refusal_is_tried_again_under_the_same_id(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, befalls: str
) -> None:
    standin.weather.append(befalls)
    happen(ledger, "stap-geopend")
    assert send_events(ledger, NOW).endswith("1 later opnieuw")
    [row] = rows(ledger)
    wait = timedelta(minutes=10) if befalls == "429" else LADDER[0]
    assert (row.state, row.next_try_at) == ("temporary", NOW + wait)
    assert row.reason
    assert send_events(ledger, NOW + wait - timedelta(seconds=1)) == ""
    assert send_events(ledger, NOW + wait).endswith("1 verstuurd")
    assert (len(standin.heard), standin.wrong) == (1, [])


@pytest.mark.parametrize("befalls", ["lost", "hang"])
def test_a_lost_answer_makes_a_repetition_that_can_be_known_as_one(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, befalls: str
) -> None:
    standin.weather.append(befalls)
    happen(ledger, "stap-geopend")
    send_events(ledger, NOW)
    send_events(ledger, later(minutes=1))
    assert len(standin.heard) == 2
    assert standin.heard[0] == standin.heard[1]
    assert rows(ledger)[0].state == "sent"


def test_one_event_that_fails_does_not_hold_up_the_next(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str
) -> None:
    standin.weather.extend(["", "400", ""])
    happen(ledger, "stap-geopend", "stap-vervallen", "stap-afgerond")
    assert send_events(ledger, NOW).endswith("2 verstuurd, 1 later opnieuw")
    send_events(ledger, later(minutes=1))
    assert [str(one["type"]).rpartition("-")[2] for one in standin.heard] == ["geopend", "afgerond", "vervallen"]


def test_a_subscriber_that_is_away_costs_three_questions_a_round_and_hears_everything_in_order(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str
) -> None:
    standin.always = "500"
    happen(ledger, *(["stap-geopend"] * 20))
    send_events(ledger, NOW)
    assert standin.asked == MISSES
    standin.always = ""
    send_events(ledger, later(minutes=1))
    assert [one["id"] for one in standin.heard] == [event_id(hashes(ledger)[row.seq]) for row in rows(ledger)]
    assert {row.state for row in rows(ledger)} == {"sent"}


def test_a_subscriber_that_asks_for_rest_is_asked_nothing_at_all_until_then(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str
) -> None:
    """Neither what waits already nor what happens meanwhile; a new round is no reason."""
    standin.weather.append("429")
    happen(ledger, "stap-geopend", "stap-afgerond")
    assert send_events(ledger, NOW).endswith("1 later opnieuw")
    happen(ledger, "zaak-afgesloten")
    for minutes in (2, 5, 9):
        assert send_events(ledger, later(minutes=minutes)) == ""
    assert standin.asked == 1
    assert send_events(ledger, later(minutes=10)).endswith("3 verstuurd")


@pytest.mark.parametrize("befalls", ["503", "hang"])
def test_a_subscriber_that_is_busy_or_away_costs_one_question_a_round(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, befalls: str
) -> None:
    standin.always = befalls
    happen(ledger, "stap-geopend", "stap-afgerond")
    send_events(ledger, NOW)
    send_events(ledger, later(minutes=2))
    assert standin.asked == 2


def test_what_is_given_up_after_the_ladder_stands_in_the_trail(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str
) -> None:
    standin.always, moment = "500", NOW
    happen(ledger, "stap-geopend")
    for wait in (*LADDER, timedelta()):
        said = send_events(ledger, moment)
        moment += wait
    assert said == "gebeurtenissen voor register: 1 niet bezorgd"
    [row] = rows(ledger)
    assert (row.state, row.reason, row.attempts) == ("permanent", "http-500", len(LADDER) + 1)
    with ledger.reading() as session:
        [line] = session.exec(select(Audit).where(Audit.act == "gebeurtenis-mislukt")).all()
    assert line.details == {"abonnee": "register", "volgnummer": row.seq, "reden": "http-500"}
    [check] = examine_telling(ledger, partners(), NOW)
    assert (check.what, check.verdict, check.found) == ("abonnee register", "warn", "1 gebeurtenis niet bezorgd")


def test_a_worker_that_dies_between_asking_and_recording_repeats_with_the_same_id(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(ledger, "stap-geopend")

    def die(name: str) -> None:
        if name == "event.asked":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tasks.send_events.fault_point", die)
        with pytest.raises(KeyboardInterrupt):
            send_events(ledger, NOW)
    assert rows(ledger)[0].state == "claimed"
    assert send_events(ledger, later(seconds=20)) == ""
    assert send_events(ledger, later(minutes=1)).endswith("1 verstuurd")
    assert (len(standin.heard), len(standin.ids()), rows(ledger)[0].indefinite) == (2, 1, 1)


def test_a_restored_copy_tells_again_under_the_same_ids_and_new_happenings_under_new_ones(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, tmp_path: Path
) -> None:
    happen(ledger, "stap-geopend", "stap-afgerond")
    ledger.dispose()
    copy = Path(shutil.copy(str(ledger.url.database), tmp_path / "kopie.sqlite"))
    send_events(ledger, NOW)
    happen(ledger, "zaak-afgesloten")
    send_events(ledger, NOW)
    restored = Ledger(f"sqlite:///{copy}")
    happen(restored, "termijn-verlengd")  # the number in the trail that the lost line had
    send_events(restored, NOW)
    restored.dispose()
    ids = [str(one["id"]) for one in standin.heard]
    assert len(ids) == 6
    assert ids[:2] == ids[3:5]
    assert ids[2] != ids[5]


def test_a_clock_that_was_wrong_holds_nothing_back_for_years(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str
) -> None:
    with ledger.unit_of_work(now=later(days=900), actor=SYSTEM) as work:
        work.audit("stap-geopend", case_reference=REFERENCE)
    assert send_events(ledger, NOW).endswith("1 verstuurd")


def test_a_long_trail_is_planned_in_parts_and_nothing_is_missed(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str
) -> None:
    happen(ledger, *(["stap-geopend", "stap-ingezien"] * AT_ONCE), "stap-afgerond")
    standin.always = "500"
    send_events(ledger, NOW)
    assert len(rows(ledger)) == AT_ONCE + 1
    assert send_events(ledger, NOW).startswith("gebeurtenissen")
    assert len(rows(ledger)) == AT_ONCE + 1


@pytest.mark.timeout(scaled(600, 900))
def test_events_through_random_weather_are_all_heard(
    ledger: Ledger,
    standin: SubscriberStandin,
    subscribed: str,
    record_property: Callable[[str, object], None],
) -> None:
    drawn, number, moment, rounds = chance("events"), scaled(40, 1_000), NOW, 0
    while len(standin.ids()) < number or any(row.state != "sent" for row in rows(ledger)):
        if len(rows(ledger)) < number:
            happen(ledger, *(drawn.choice(list(PUBLIC)) for _ in range(min(10, number - len(rows(ledger))))))
        standin.weather.extend(drawn.choice(["", "", "", "text", "lost", "500", "400", "429"]) for _ in range(30))
        send_events(ledger, moment)
        moment, rounds = moment + timedelta(hours=5), rounds + 1
        assert rounds < 40 + number
    assert sorted(standin.ids()) == sorted(event_id(hashes(ledger)[row.seq]) for row in rows(ledger))
    assert standin.wrong == []
    told = len(standin.heard)
    record_property("said", f"events: {number} in {rounds} rounds of bad weather, told {told} times, none lost")


@pytest.mark.parametrize("key", ["", "whsec_kort", "geen base64!"])
def test_a_key_that_is_not_right_stops_the_subscriber_and_says_so(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, configured: Configure, key: str
) -> None:
    happen(ledger, "stap-geopend")
    configured(section(subscribed), {"haak": key})
    assert send_events(ledger, NOW) in (
        "gebeurtenissen voor register: KR-WEBHOOK-SLEUTEL",
        "gebeurtenissen voor register: KR-GEHEIM",
    )
    assert [(row.state, row.attempts) for row in rows(ledger)] == [("planned", 0)]
    configured(section(subscribed), {"haak": KEY})
    assert send_events(ledger, NOW).endswith("1 verstuurd")


def test_the_preflight_asks_for_the_key_and_whether_anybody_is_there(
    standin: SubscriberStandin, subscribed: str, configured: Configure
) -> None:
    [good] = configured(section(subscribed), {"haak": KEY}).subscribers
    assert [found.good for found in preflight(good)] == [True, True]
    [away] = configured(section("http://127.0.0.1:9/"), {"haak": "whsec_kort"}).subscribers
    assert [found.good for found in preflight(away)] == [False, False]
    assert standin.asked == 0


@pytest.mark.parametrize("wrong", [{"oin": "123"}, {"kinds": ["urgent-gezien"]}, {"naam": "x"}])
def test_a_subscriber_that_is_not_right_is_refused(wrong: dict[str, object]) -> None:
    good = {"name": "r", "connection": {"url": "https://x.example/"}, "secret": "haak", "oin": OIN}
    assert Subscriber.model_validate(good).source == f"/oin/{OIN}/systeem/ketenregie"
    with pytest.raises(ValidationError):
        Subscriber.model_validate(good | wrong)


def test_nothing_but_reference_kind_moment_and_address_leaves_or_is_logged(
    ledger: Ledger, standin: SubscriberStandin, subscribed: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    happen(ledger, "stap-geopend")
    standin.weather.append("500")
    send_events(ledger, NOW)
    send_events(ledger, later(minutes=1))
    sent = json.dumps(standin.heard)
    for word in ("acute_action", f"{REFERENCE}.001", "systeem/klok", KEY.removeprefix("whsec_")):
        assert word not in sent + caplog.text
    happening = Happening("i", "stap-geopend", REFERENCE, NOW, "https://x.example/")
    assert set(envelope(happening, "/oin/x")) == set(standin.heard[0])
