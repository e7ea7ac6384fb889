"""The receiver keeps what it is told once, tells nothing back, and asks nobody anything."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from deployments.receiver import reading
from deployments.receiver.app import receiver_app
from deployments.receiver.house import House
from deployments.receiver.protocol import Impatient
from domain.errors import CATALOGUE, OutsideFailure, WrongUse
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import Notification
from integrations.settings import settings
from tests.partners.nrc_standin import TRIAL
from tests.partners.receiving import NOW, SECRET, ZAAK, ZAKEN, installed, message
from tests.partners.server import served

CANARY = "kanarie-van-meerdorp"
BEARER = {"Authorization": f"Bearer {SECRET}"}


@dataclass
class Door:
    """A receiver on a real port."""

    url: str
    ledger: Ledger
    client: httpx.Client

    def post(self, content: Any, path: str = "notificaties/nrc", **given: Any) -> httpx.Response:
        options = {"headers": BEARER, "json": content} | given
        return self.client.post(self.url + path, **options)

    def raw(self, content: bytes, headers: dict[str, str]) -> httpx.Response:
        return self.client.post(f"{self.url}notificaties/nrc", content=content, headers=headers)

    def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        return self.client.request(method, self.url + path, headers=headers)

    @property
    def kept(self) -> list[Notification]:
        with self.ledger.reading() as session:
            return list(session.exec(select(Notification).order_by("id")))


@pytest.fixture
def door(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    given = installed(tmp_path, monkeypatch)
    app = receiver_app(House(ledger, given, lambda: NOW))
    with served(app, http=Impatient) as url, httpx.Client(trust_env=False, timeout=60) as client:
        yield Door(url, ledger, client)


def code(answer: httpx.Response) -> str:
    """The code of a refusal, which is the whole of what it says."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    entry = CATALOGUE[body["code"]]
    assert body.keys() == {"code", "title", "status", "detail", "instance"}
    assert (body["status"], body["detail"]) == (answer.status_code, entry.next_step)
    assert CANARY not in answer.text
    return str(body["code"])


def lines_of(caplog: pytest.LogCaptureFixture, least: int) -> list[str]:
    """The receiver's own lines; the last may be written just after its answer has arrived."""
    for _ in range(6_000):
        lines = [record.getMessage() for record in caplog.records if record.name == "ketenregie.receiver"]
        if len(lines) >= least:
            break
        threading.Event().wait(0.01)
    return lines


def test_a_notification_is_kept_as_an_address_and_nothing_more(door: Door) -> None:
    answer = door.post(message(f"{ZAKEN}statussen/6c2f0b1e-8f5d-4a53-9f0e-0d5d0f5f3a02") | {"nieuw": {"x": CANARY}})
    assert (answer.status_code, answer.content) == (204, b"")
    [kept] = door.kept
    assert (kept.source, kept.resource, kept.action, kept.received_at) == ("nrc", ZAAK, "create", NOW)
    assert (kept.done_at, kept.next_try_at, kept.attempts, kept.reason) == (None, None, 0, "")


def test_a_repeat_is_answered_the_same_and_kept_once(door: Door) -> None:
    same_moment = message(aanmaakdatum="2026-04-20T22:05:00+02:00")
    assert [door.post(given).status_code for given in (message(), message(), same_moment)] == [204] * 3
    assert len(door.kept) == 1


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_at_the_edge_of_the_calendar_is_as_good_as_any(door: Door, edge: str) -> None:
    assert [door.post(message(aanmaakdatum=edge)).status_code for _ in range(2)] == [204, 204]
    assert len(door.kept) == 1


@pytest.mark.parametrize(
    "other",
    [{"actie": "update"}, {"aanmaakdatum": "2026-04-20T20:05:01Z"}, {"resourceUrl": f"{ZAKEN}statussen/x"}],
    ids=lambda other: next(iter(other)),
)
def test_another_action_moment_or_resource_is_another_notification(door: Door, other: dict[str, Any]) -> None:
    door.post(message())
    door.post(message() | other)
    assert len(door.kept) == 2


def test_sixteen_at_once_are_one_notification(door: Door) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: door.post(message()).status_code, range(16)))
    assert answers == [204] * 16
    assert len(door.kept) == 1


def test_sixteen_different_ones_at_once_are_all_kept(door: Door) -> None:
    given = [
        message(actie=action, aanmaakdatum=f"2026-04-20T20:0{minute}:00Z") for minute in range(8) for action in "ab"
    ]
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda one: door.post(one).status_code, given)) == {204}
    assert len(door.kept) == 16
    assert {kept.action for kept in door.kept} == {"other"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://some.hoofdobject.nl/",
        "http://127.0.0.1:9/catalogi/api/v1/zaaktypen/6c2f0b1e-8f5d-4a53-9f0e-0d5d0f5f3a01",
        f"{ZAAK}/../../rollen",
        f"{ZAAK}?naam={CANARY}",
        f"{ZAAK}#{CANARY}",
        f"{ZAKEN}zaken/{CANARY}",
        ZAAK.replace("127.0.0.1:9", "127.0.0.1:9@anders.example"),
        ZAAK.replace("http://", "HTTP://"),
    ],
)
def test_what_lies_outside_the_configured_systems_is_taken_and_forgotten(
    door: Door, elsewhere: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A Notificaties API repeats for a day what is refused, and tries a callback with an address that is nowhere."""
    assert door.post(message(hoofdObject=elsewhere)).status_code in (204, 400)
    assert door.kept == []
    assert CANARY not in caplog.text


def test_the_trial_message_of_open_notificaties_passes_with_the_token_and_not_without(door: Door) -> None:
    assert door.post(TRIAL).status_code == 204
    assert code(door.post(TRIAL, headers={})) == "KR-DEUR-TOEGANG"
    assert door.kept == []


WRONG: dict[str, tuple[Any, str]] = {
    "no object": ([CANARY], "het geheel"),
    "nothing": ({}, "aanmaakdatum, actie, hoofdObject, kanaal, resource, resourceUrl"),
    "a moment without a zone": (message(aanmaakdatum="2026-04-20T20:05:00"), "aanmaakdatum"),
    "a number as action": (message(actie=5), "actie"),
    "a long action": (message(actie=CANARY * 20), "actie"),
    "no address": (message(CANARY), "resourceUrl"),
    "a space in an address": (message(f"http://x/{CANARY} y"), "resourceUrl"),
    "a letter above ASCII": (message("http://x/café"), "resourceUrl"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_body_that_is_not_right_is_refused_by_the_names_of_our_own_fields(door: Door, wrong: str) -> None:
    content, fields = WRONG[wrong]
    answer = door.post(content)
    assert (answer.status_code, code(answer)) == (400, "KR-DEUR-INHOUD")
    assert answer.json()["title"] == f"De inhoud voldoet niet bij: {fields}."
    assert door.kept == []


JSON = {**BEARER, "Content-Type": "application/json"}
RAW: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "empty": (b"", JSON, 400, "KR-DEUR-INHOUD"),
    "half": (b'{"kanaal": "', JSON, 400, "KR-DEUR-INHOUD"),
    "deep list": (b"[" * 100_000 + b"]" * 100_000, JSON, 400, "KR-DEUR-INHOUD"),
    "deep object": (b'{"a":' * 40_000, JSON, 400, "KR-DEUR-INHOUD"),
    "huge number": (b'{"aanmaakdatum": ' + b"9" * 200_000 + b"}", JSON, 400, "KR-DEUR-INHOUD"),
    "not UTF-8": (b'{"kanaal": "\xff\xfe"}', JSON, 400, "KR-DEUR-INHOUD"),
    "lone surrogate": (b'{"kanaal": "\\ud800"}', JSON, 400, "KR-DEUR-INHOUD"),
    "no number": (b'{"kanaal": NaN}', JSON, 400, "KR-DEUR-INHOUD"),
    "too large": (b" " * (256 * 1024 + 1), JSON, 413, "KR-DEUR-GROOT"),
    "a form": (b"a=1", BEARER | {"Content-Type": "application/x-www-form-urlencoded"}, 415, "KR-DEUR-SOORT"),
    "no kind": (b"{}", BEARER, 415, "KR-DEUR-SOORT"),
    "another charset": (b"{}", BEARER | {"Content-Type": "application/json; charset=utf-7"}, 415, "KR-DEUR-SOORT"),
    "packed": (b"x", JSON | {"Content-Encoding": "gzip"}, 415, "KR-DEUR-SOORT"),
    "no token first": (b" " * (256 * 1024 + 1), {"Content-Type": "text/plain"}, 401, "KR-DEUR-TOEGANG"),
}


@pytest.mark.parametrize("name", RAW)
def test_what_cannot_be_read_is_refused_with_its_own_code(door: Door, name: str) -> None:
    content, headers, status, told = RAW[name]
    answer = door.raw(content, headers)
    assert (answer.status_code, code(answer)) == (status, told)


def test_null_and_a_control_character_do_not_reach_the_ledger(door: Door) -> None:
    answers = [door.post(message(resource="\0", kanaal="\0", kenmerken={"\0": "\0"})), door.post(message(f"{ZAAK}\0"))]
    assert [answer.status_code for answer in answers] == [204, 400]
    assert "\0" not in str(door.kept)


def test_other_addresses_and_methods_are_refused_without_repeating_them(door: Door) -> None:
    answers = [
        door.ask("GET", CANARY),
        door.ask("GET", f"notificaties/nrc?naam={CANARY}"),
        door.ask("TRACE", "gezond", naam=CANARY),
        door.ask("GET", "gezond/"),
        door.ask("GET", "openapi.json"),
        door.ask("GET", "docs"),
    ]
    told = [code(answer) for answer in answers]
    assert told == ["KR-DEUR-ADRES", "KR-DEUR-METHODE", "KR-DEUR-METHODE", *["KR-DEUR-ADRES"] * 3]


def test_every_answer_ends_its_connection_and_is_never_kept_by_a_cache(door: Door) -> None:
    for answer in (door.post(message()), door.post({}), door.ask("GET", "gezond")):
        assert answer.headers["connection"] == "close"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_log_has_a_line_a_request_with_route_status_and_source_and_nothing_that_was_sent(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="ketenregie"):
        door.post(message())
        door.post(message(kenmerken={"x": CANARY}), path=f"notificaties/{CANARY}")
        door.ask("KANARIE", CANARY)
        door.ask("GET", "gezond")
        lines = lines_of(caplog, 4)
    assert lines == [
        "POST /notificaties/{source} 204 nrc",
        "POST /notificaties/{source} 401 -",
        "? - 404 -",
        "GET /gezond 204 -",
    ]


def test_a_ledger_that_does_not_answer_asks_to_come_back(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OutsideFailure("KR-ADMINISTRATIE-BEZET")

    monkeypatch.setattr(Ledger, "unit_of_work", busy)
    answer = door.post(message())
    assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (503, "KR-DEUR-STORING", "60")


def test_what_nobody_foresaw_tells_its_kind_to_the_log_and_nothing_to_the_caller(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("deployments.receiver.notifications.receive_notification", broken)
    answer = door.post(message())
    assert (answer.status_code, code(answer)) == (500, "KR-DEUR-STORING")
    assert lines_of(caplog, 1)[0] == "onverwacht RuntimeError"
    assert CANARY not in caplog.text


def test_more_at_once_than_it_takes_is_told_to_come_back(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = installed(tmp_path, monkeypatch)
    monkeypatch.setattr(reading, "BODY_SECONDS", 30.0)
    with served(receiver_app(House(ledger, given), most=1)) as url, httpx.Client(trust_env=False, timeout=60) as client:
        host, port = url.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port))) as slow:
            head = f"POST /notificaties/nrc HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n"
            slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n".encode())
            answers = [client.get(f"{url}gezond") for _ in range(20)]
        busy = [answer for answer in answers if answer.status_code == 503]
        assert busy
        assert {(code(answer), answer.headers["retry-after"]) for answer in busy} == {("KR-DEUR-DRUK", "5")}


@pytest.mark.parametrize("secret", ["", "kort"])
def test_a_receiver_without_a_good_secret_does_not_start(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    given = installed(tmp_path, monkeypatch)
    monkeypatch.setenv("KETENREGIE_SECRETS", json.dumps({"hun": secret}))
    settings.cache_clear()
    with pytest.raises(WrongUse) as refused:
        receiver_app(House(ledger, given))
    assert refused.value.code == ("KR-GEHEIM-KORT" if secret else "KR-GEHEIM")
