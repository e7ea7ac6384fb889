"""The one way over HTTP: whatever the weather there, an exchange ends within its bound, with a verdict and a code."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from integrations.http import Door, Reply, Unanswered, door
from integrations.http.advice import advice
from integrations.verdict import Verdict
from tests.partners import weather as w
from tests.partners.asking import CANARY, QUICK, asked, to

BOUND = 1.5  # seconds
TEMPORARY, PERMANENT, INDEFINITE = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.INDEFINITE
MOMENT = "Sun, 22 Nov 2026 12:00:00 GMT"
PROBLEM = (
    b'{"code": "invalid", "detail": "PERSOON-KANARIE", "invalidParams": [{"code": "unique", "reason": "PERSOON"}]}'
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "RETRIES", QUICK)


BAD = {
    "400": (w.says(400, PROBLEM), (PERMANENT, "http-400", 1), (PERMANENT, "http-400", 1)),
    "401": (w.says(401, PROBLEM), (TEMPORARY, "relay-http-401", 1), (TEMPORARY, "relay-http-401", 1)),
    "403": (w.says(403, PROBLEM), (TEMPORARY, "relay-http-403", 1), (TEMPORARY, "relay-http-403", 1)),
    "404": (w.says(404, PROBLEM), (PERMANENT, "http-404", 1), (PERMANENT, "http-404", 1)),
    "409": (w.says(409, PROBLEM), (PERMANENT, "http-409", 1), (PERMANENT, "http-409", 1)),
    "412": (w.says(412, PROBLEM), (PERMANENT, "http-412", 1), (PERMANENT, "http-412", 1)),
    "429": (w.says(429, PROBLEM, Retry_After="120"), (TEMPORARY, "http-429", 1), (TEMPORARY, "http-429", 1)),
    "500": (w.says(500, PROBLEM), (TEMPORARY, "http-500", 1), (INDEFINITE, "http-500", 1)),
    "502": (w.says(502, PROBLEM), (TEMPORARY, "http-502", 4), (INDEFINITE, "http-502", 1)),
    "503": (w.says(503, PROBLEM, Retry_After="120"), (TEMPORARY, "http-503", 1), (TEMPORARY, "http-503", 1)),
    "504": (w.says(504, PROBLEM), (TEMPORARY, "http-504", 4), (INDEFINITE, "http-504", 1)),
    "reset after the body": (w.reset, (TEMPORARY, "verbroken", 4), (INDEFINITE, "verbroken", 1)),
    "closed without a word": (w.closed, (TEMPORARY, "verbroken", 4), (INDEFINITE, "verbroken", 1)),
    "half an answer": (w.half, (TEMPORARY, "verbroken", 1), (INDEFINITE, "verbroken", 1)),
    "no HTTP": (w.garbage, (TEMPORARY, "verbroken", 4), (INDEFINITE, "verbroken", 1)),
    "another content type": (
        w.says(200, b"<html>PERSOON-KANARIE</html>", "text/html"),
        (TEMPORARY, "onleesbaar", 1),
        (INDEFINITE, "onleesbaar", 1),
    ),
    "JSON that is none": (w.says(200, b'{"a": PERSOON'), (TEMPORARY, "onleesbaar", 1), (INDEFINITE, "onleesbaar", 1)),
    "JSON without end": (w.says(200, b"[" * 99_999), (TEMPORARY, "onleesbaar", 1), (INDEFINITE, "onleesbaar", 1)),
    "packed badly": (
        w.says(200, b"not packed", Content_Encoding="gzip"),
        (TEMPORARY, "onleesbaar", 1),
        (INDEFINITE, "onleesbaar", 1),
    ),
    "a redirect to no name": (
        w.says(302, Location="http://xn--a/"),
        (TEMPORARY, "onleesbaar", 1),
        (INDEFINITE, "onleesbaar", 1),
    ),
    "a redirect": (
        w.says(302, Location="https://elsewhere.example/x"),
        (PERMANENT, "omgeleid", 1),
        (PERMANENT, "omgeleid", 1),
    ),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", BAD)
def test_each_bad_weather_ends_as_a_verdict_with_a_code(
    name: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bad, of_get, of_post = BAD[name]
    verdict, reason, tries = of_get if method == "GET" else of_post
    with w.weather(bad) as server:
        found = asked(to(server.url), method)
        assert isinstance(found, Unanswered)
        assert (found.result.verdict, found.result.reason, len(server.heard)) == (verdict, reason, tries)
    assert CANARY not in f"{found} {found.codes} {found.__cause__}"
    logged = [record.getMessage() for record in caplog.records if record.name.startswith(("httpx", "ketenregie"))]
    assert not [line for line in logged if CANARY in line or "things" in line]


def test_a_read_that_fails_three_times_is_still_answered() -> None:
    with w.weather(w.says(502), w.reset, w.says(504), w.fine) as server:
        found = asked(to(server.url), "GET")
        assert isinstance(found, Reply)
        assert (found.body, len(server.heard)) == ({"good": True}, 4)


def test_a_moment_that_no_calendar_holds_is_none_and_the_read_is_tried_again() -> None:
    strange = w.says(502, Retry_After="Mon, 01 Jan 99999999999 00:00:00 GMT")
    with w.weather(strange, w.fine) as server:
        assert isinstance(asked(to(server.url), "GET"), Reply)


@pytest.mark.parametrize("header", ["geheim\u20ac", "geheim\n"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_key_that_no_header_holds_is_for_an_operator_and_nothing_leaves(header: str, method: str) -> None:
    with w.weather(w.fine) as server:
        connection = to(server.url).model_copy(update={"headers": {"X-Key": header}})
        with pytest.raises(Unanswered) as caught, Door(connection) as opened:
            opened.ask(method, "things")
    assert (caught.value.result.verdict, caught.value.result.reason) == (TEMPORARY, "relay-kop-ongeldig")
    assert server.heard == []
    assert header not in advice(caught.value)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_nobody_listens_nothing_was_sent_so_it_may_be_tried_again(method: str) -> None:
    found = asked(to(w.nowhere()), method)
    assert isinstance(found, Unanswered)
    assert (found.result.verdict, found.result.reason) == (TEMPORARY, "geen-verbinding")


@pytest.mark.parametrize(("method", "verdict", "tries"), [("GET", TEMPORARY, 4), ("POST", INDEFINITE, 1)])
def test_a_server_that_says_nothing_is_left_after_the_timeout(method: str, verdict: Verdict, tries: int) -> None:
    with w.weather(w.silent) as server:
        found = asked(to(server.url, timeout=0.2), method)
        assert isinstance(found, Unanswered)
        assert (found.result.verdict, found.result.reason) == (verdict, "tijd-verstreken")
        assert len(server.has_heard(tries)) == tries


@pytest.mark.parametrize("drips", [w.drips_headers, w.drips_body], ids=["headers", "body"])
@pytest.mark.parametrize(("method", "verdict"), [("GET", TEMPORARY), ("POST", INDEFINITE)])
def test_the_bound_holds_against_a_slow_drip_and_the_door_opens_again(
    drips: w.Weather, method: str, verdict: Verdict
) -> None:
    with w.weather(drips, w.fine) as server, Door(to(server.url, bound=BOUND)) as opened:
        began = time.monotonic()
        with pytest.raises(Unanswered) as caught:
            opened.ask(method, "things")
        assert BOUND <= time.monotonic() - began < 20, "the drip itself goes on for half a minute"
        assert (caught.value.result.verdict, caught.value.result.reason) == (verdict, "grens-verstreken")
        assert opened.get("things").body == {"good": True}
    _nobody_waits()


def _nobody_waits() -> None:
    until = time.monotonic() + 60
    while any(thread.name == "ketenregie-outside" for thread in threading.enumerate()):
        assert time.monotonic() < until, "an exchange that was given up goes on"
        time.sleep(0.02)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_says_how_long_to_stay_away(status: int) -> None:
    moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    later = format_datetime(moment + timedelta(minutes=5), usegmt=True)
    dated = w.says(status, Retry_After=later, Date=format_datetime(moment, usegmt=True))
    for busy, seconds in (
        (w.says(status, Retry_After="90"), 90.0),
        (dated, 300.0),
        (w.says(status, Retry_After="999999999"), 7 * 24 * 3600.0),
        (w.says(status, Retry_After="soon"), 0.0),
        (w.says(status, Retry_After="Mon, 01 Jan 99999999999 00:00:00 GMT", Date=MOMENT), 0.0),
        (w.says(status, Retry_After=MOMENT, Date="Mon, 01 Jan 2026 00:00:00 +99999999999999999999"), 0.0),
        (w.says(status), 0.0),
    ):
        with w.weather(busy) as server:
            found = asked(to(server.url), "GET")
            assert isinstance(found, Unanswered)
            assert (found.wait, len(server.heard)) == (seconds, 1)


def test_the_codes_of_a_problem_are_kept_and_its_words_are_not() -> None:
    with w.weather(w.says(400, PROBLEM, "application/problem+json")) as server:
        found = asked(to(server.url), "POST")
    assert isinstance(found, Unanswered)
    assert (found.status, found.codes) == (400, frozenset({"invalid", "unique"}))
    assert CANARY not in repr(vars(found))


def test_an_answer_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_BYTES", 1_000)
    with w.weather(w.says(200, b'"' + b"a" * 2_000 + b'"')) as server:
        found = asked(to(server.url), "GET")
    assert isinstance(found, Unanswered)
    assert found.result.reason == "onleesbaar"


def test_no_answer_at_all_is_fine_where_the_status_is_good() -> None:
    with w.weather(w.raw(b"HTTP/1.1 204 No Content\r\n\r\n")) as server:
        found = asked(to(server.url), "DELETE")
    assert isinstance(found, Reply)
    assert (found.status, found.body, found.etag) == (204, None, "")


def test_what_was_read_before_is_asked_for_by_its_version() -> None:
    with w.weather(w.says(200, b"{}", ETag='"v1"'), w.raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")) as server:
        with Door(to(server.url)) as opened:
            version = opened.get("things").etag
            again = opened.get("things", etag=version)
        assert (again.status, again.body) == (304, None)
        assert server.heard[1].headers["if-none-match"] == '"v1"'


def test_a_version_that_cannot_be_said_back_is_none() -> None:
    assert [Reply(200, None, {"etag": etag}).etag for etag in ('"é"', '"a\x01"', "a" * 201)] == ["", "", ""]
