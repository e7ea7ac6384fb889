"""Subscriptions at a Notificaties API: exactly one right one, whatever was there, and nothing of others touched."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from deployments.receiver.app import receiver_app
from deployments.receiver.house import House
from integrations.http import Door, Unanswered
from integrations.ledger import Ledger
from integrations.notificaties.client import NotificatiesApi
from integrations.notificaties.config import NotificatieSource
from integrations.notificaties.keeping import Kept, drop, keep, ours
from integrations.notificaties.preflight import preflight
from integrations.settings import settings
from integrations.zgw.token import Signer
from tasks.keep_subscriptions import keep_subscriptions
from tasks.partner_rounds import run_daily_rounds
from tests.partners.judged import Judged, needs_specs
from tests.partners.nrc_standin import BASE, Nrc, fault
from tests.partners.receiving import NOW, OUR_SECRET, SECRET, installed
from tests.partners.server import served

pytestmark = needs_specs
MORNING = datetime.fromisoformat("2026-06-03T05:10+02:00")


@dataclass
class World:
    """The stand-in, judged, a receiver that it can reach, and the section that ties them."""

    nrc: Nrc
    judged: Judged
    url: str
    source: NotificatieSource

    @property
    def kept_there(self) -> list[dict[str, object]]:
        return list(self.nrc.subscriptions.values())


@pytest.fixture
def world(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Both on real ports; at the end every exchange was as the document has it."""
    nrc = Nrc({"ketenregie": OUR_SECRET})
    judged = Judged(nrc.app(), {BASE: "nrc"})
    with ExitStack() as stack:
        there = stack.enter_context(served(judged))
        given = installed(tmp_path, monkeypatch, nrc=there)
        here = stack.enter_context(served(receiver_app(House(ledger, given))))
        given = installed(tmp_path, monkeypatch, nrc=there, receiver=here)
        yield World(nrc, judged, there, given.notificaties[0])
    assert judged.violations == []


def test_the_first_time_a_subscription_is_made_and_afterwards_nothing_changes(world: World, ledger: Ledger) -> None:
    assert keep(world.source) == Kept(made=True)
    assert keep(world.source) == Kept()
    [there] = world.kept_there
    assert there["callbackUrl"] == world.source.callback_url
    assert there["auth"] == f"Bearer {SECRET}"
    assert there["kanalen"] == [{"naam": "zaken", "filters": {"bronorganisatie": "111222333"}}]
    assert keep_subscriptions(ledger, NOW) == ""


def test_a_subscription_with_other_filters_is_put_right(world: World) -> None:
    world.nrc.put_there(world.url, world.source.callback_url, {"zaken": {}})
    assert keep(world.source) == Kept(changed=True)
    [there] = world.kept_there
    assert there["kanalen"] == [{"naam": "zaken", "filters": {"bronorganisatie": "111222333"}}]


def test_a_secret_that_was_changed_there_is_put_right_without_being_seen(world: World) -> None:
    keep(world.source)
    next(iter(world.nrc.subscriptions.values()))["auth"] = "Bearer van-toen"
    assert keep(world.source) == Kept()
    assert world.kept_there[0]["auth"] == f"Bearer {SECRET}"


def test_doubles_and_former_addresses_are_dropped_and_those_of_others_stay(world: World) -> None:
    right = {"zaken": {"bronorganisatie": "111222333"}}
    for callback in (world.source.callback_url, world.source.callback_url, "https://vroeger.example/notificaties/nrc"):
        world.nrc.put_there(world.url, callback, right)
    world.nrc.put_there(world.url, "https://anders.example/notificaties/nrc", right)
    source = world.source.model_copy(update={"former_callback_urls": ("https://vroeger.example/notificaties/nrc",)})
    assert keep(source) == Kept(dropped=2)
    assert sorted(str(one["callbackUrl"]) for one in world.kept_there) == sorted(
        [world.source.callback_url, "https://anders.example/notificaties/nrc"]
    )


def test_dropping_ends_ours_only_and_twice_is_once(world: World) -> None:
    keep(world.source)
    world.nrc.put_there(world.url, "https://anders.example/notificaties/nrc", {"zaken": {}})
    assert (drop(world.source), drop(world.source)) == (1, 0)
    assert [one["callbackUrl"] for one in world.kept_there] == ["https://anders.example/notificaties/nrc"]


def test_of_two_that_subscribe_at_once_one_subscription_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    both_looked, make = threading.Barrier(2), NotificatiesApi.make

    def made(api: NotificatiesApi) -> None:
        both_looked.wait(60)
        make(api)

    monkeypatch.setattr(NotificatiesApi, "make", made)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(keep, [world.source] * 2))
    assert [one["callbackUrl"] for one in world.kept_there] == [world.source.callback_url]


def test_a_subscription_of_which_the_answer_was_lost_is_found_and_not_doubled(world: World) -> None:
    def cut_after_making(request: Request) -> Response | None:
        if request.method != "POST":
            return None
        world.nrc.put_there(world.url, world.source.callback_url, {"zaken": {"bronorganisatie": "111222333"}})
        return fault(500, "error")

    world.nrc.wrong = cut_after_making
    with pytest.raises(Unanswered, match="http-500"):
        keep(world.source)
    world.nrc.wrong = lambda _: None
    assert keep(world.source) == Kept()
    assert len(world.kept_there) == 1


def test_a_receiver_that_cannot_be_reached_is_told_with_the_code_of_the_other_side(
    world: World, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, nrc=world.url, receiver="http://127.0.0.1:9/")
    told = keep_subscriptions(ledger, NOW)
    assert told == "KR-ABONNEMENT: Het abonnement bij nrc is niet in orde (http-400, invalid, no-auth-on-callback-url)."
    assert world.kept_there == []


def test_a_source_that_was_away_has_its_subscription_back_the_same_day(world: World, ledger: Ledger) -> None:
    busy = fault(429, "busy")
    busy.headers["Retry-After"] = "5400"
    world.nrc.wrong = lambda _: busy
    [said] = run_daily_rounds(ledger, MORNING, (keep_subscriptions,))
    assert said == "KR-ABONNEMENT: Het abonnement bij nrc is niet in orde (http-429, busy)."
    asked = len(world.judged.exchanges)
    world.nrc.wrong = lambda _: None
    run_daily_rounds(ledger, MORNING + timedelta(hours=1), (keep_subscriptions,))
    assert len(world.judged.exchanges) == asked, "it asked for an hour and a half of rest"
    run_daily_rounds(ledger, MORNING + timedelta(hours=2), (keep_subscriptions,))
    assert len(world.kept_there) == 1
    asked = len(world.judged.exchanges)
    run_daily_rounds(ledger, MORNING + timedelta(hours=3), (keep_subscriptions,))
    assert len(world.judged.exchanges) == asked


WEATHER: dict[str, tuple[Callable[[Request], Response | None], str]] = {
    "401": (lambda _: fault(401, "jwt"), "relay-http-401"),
    "403": (lambda _: fault(403, "jwt"), "relay-http-403"),
    "429": (lambda _: fault(429, "busy"), "http-429"),
    "500": (lambda _: fault(500, "error"), "http-500"),
    "a page": (lambda _: PlainTextResponse("<html>Meerdorp</html>", media_type="text/html"), "onleesbaar"),
    "no list": (lambda _: Response('{"results": []}', media_type="application/json"), "onleesbaar"),
    "no objects": (lambda _: Response('["Meerdorp"]', media_type="application/json"), "onleesbaar"),
    "odd keys": (lambda _: Response('[{"url": 1}]', media_type="application/json"), "onleesbaar"),
    "elsewhere": (lambda _: Response(status_code=302, headers={"Location": "https://anders.example/"}), "omgeleid"),
}


@pytest.mark.parametrize("weather", WEATHER)
def test_bad_weather_ends_as_a_reason_and_changes_nothing(
    weather: str, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer, reason = WEATHER[weather]
    nrc = Nrc({"ketenregie": OUR_SECRET}, wrong=answer)
    with served(nrc.app()) as there:
        [source] = installed(tmp_path, monkeypatch, nrc=there).notificaties
        told = keep_subscriptions(ledger, NOW)
        findings = preflight(source)
    assert told.startswith("KR-ABONNEMENT: Het abonnement bij nrc is niet in orde (")
    assert reason in told
    assert [finding.good for finding in findings] == [True, True, False]
    assert findings[2].what == f"geen antwoord: {reason}"
    assert "Meerdorp" not in told + caplog.text + str(findings)


def test_a_clock_that_runs_ahead_here_is_corrected_by_the_date_of_the_refusal(world: World) -> None:
    ahead = Signer("ketenregie", SecretStr(OUR_SECRET), "veilig-thuis", clock=lambda: time.time() + 120)
    with Door(world.source.connection, auth=ahead) as door:
        assert door.get("abonnement").body == []
    assert [status for _, _, status in world.judged.exchanges] == [403, 200]


def test_the_preflight_says_what_must_be_mended(world: World) -> None:
    before = preflight(world.source)
    assert [finding.what for finding in before if not finding.good] == ["abonnement"]
    assert before[-1].advice == "Maak het met 'ketenregie subscriptions make'."
    keep(world.source)
    assert all(finding.good for finding in preflight(world.source))
    world.nrc.channels = {"zaken": []}
    assert [finding.what for finding in preflight(world.source) if not finding.good] == ["filters"]
    world.nrc.channels = {}
    assert [finding.what for finding in preflight(world.source) if not finding.good] == ["kanaal", "filters"]


def test_the_preflight_asks_and_makes_nothing(world: World) -> None:
    preflight(world.source)
    assert {method for method, _, _ in world.judged.exchanges} == {"GET"}
    assert ours(world.source) == []


def test_the_preflight_names_a_secret_that_is_not_set_or_too_short(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    [finding] = preflight(world.source.model_copy(update={"secret": "nergens"}))
    assert (finding.good, "nergens" in finding.what) == (False, True)
    monkeypatch.setenv("KETENREGIE_SECRETS", json.dumps({"hun": "kort", "ons": OUR_SECRET}))
    settings.cache_clear()
    assert "geheim van de ontvanger" in [finding.what for finding in preflight(world.source) if not finding.good]


def test_the_preflight_wants_the_address_by_which_the_receiver_knows_the_source(world: World) -> None:
    elsewhere = world.source.model_copy(update={"callback_url": f"{world.url}notificaties/anders"})
    assert not preflight(elsewhere)[0].good
