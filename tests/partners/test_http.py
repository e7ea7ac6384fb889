"""The one way over HTTP: whatever the weather there, an exchange ends within its bound, with a verdict and a code."""

import logging
import threading
import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from httpx_retries import Retry

from integrations.http import Connection, Door, Reply, Unanswered, door
from integrations.verdict import Verdict
from tests.partners import weather as w
from tests.partners.certificates import Authority, serving

TEMPORARY, PERMANENT, INDEFINITE = Verdict.TEMPORARY, Verdict.PERMANENT, Verdict.INDEFINITE
CANARY = "PERSOON-KANARIE"
PROBLEM = (
    b'{"code": "invalid", "detail": "PERSOON-KANARIE", "invalidParams": [{"code": "unique", "reason": "PERSOON"}]}'
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The retries as they are, with a shorter breath between them."""
    given = door.RETRIES
    quick = Retry(
        total=given.total,
        backoff_factor=0.001,
        allowed_methods=given.allowed_methods,
        status_forcelist=given.status_forcelist,
        max_backoff_wait=0.05,
    )
    monkeypatch.setattr(door, "RETRIES", quick)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def to(url: str, *, timeout: float = 5.0, bound: float = 20.0, **given: Path | None) -> Connection:
    return Connection(url=url, timeout=timeout, bound=bound, **given)


def asked(connection: Connection, method: str, path: str = "things") -> Unanswered | Reply:
    with Door(connection) as opened:
        try:
            return opened.ask(method, path, content={"a": CANARY} if method == "POST" else None)
        except Unanswered as unanswered:
            return unanswered


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
        assert (found.result.verdict, found.result.reason, len(server.heard)) == (verdict, "tijd-verstreken", tries)


@pytest.mark.parametrize("drips", [w.drips_headers, w.drips_body], ids=["headers", "body"])
@pytest.mark.parametrize(("method", "verdict"), [("GET", TEMPORARY), ("POST", INDEFINITE)])
def test_the_bound_holds_against_a_slow_drip_and_the_door_opens_again(
    drips: w.Weather, method: str, verdict: Verdict
) -> None:
    with w.weather(drips, w.fine) as server, Door(to(server.url, timeout=1.0, bound=0.5)) as opened:
        began = time.monotonic()
        with pytest.raises(Unanswered) as caught:
            opened.ask(method, "things")
        assert 0.4 < time.monotonic() - began < 3.0
        assert (caught.value.result.verdict, caught.value.result.reason) == (verdict, "grens-verstreken")
        assert opened.get("things").body == {"good": True}
    _nobody_waits()


def _nobody_waits() -> None:
    until = time.monotonic() + 10
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


# addresses in answers


class Token(httpx.Auth):
    """Numbers its tokens, so that a test sees which request carried which."""

    def __init__(self) -> None:
        self.given = 0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        self.given += 1
        request.headers["Authorization"] = f"Bearer {self.given}"
        yield request


def test_each_retry_carries_a_token_of_its_own() -> None:
    with w.weather(w.says(502), w.reset, w.fine) as server:
        with Door(to(server.url), auth=Token()) as opened:
            opened.get("things")
        assert [heard.headers["authorization"] for heard in server.heard] == ["Bearer 1", "Bearer 2", "Bearer 3"]


def elsewhere(place: str, other: str) -> Iterator[str]:
    host = place.removeprefix("http://")
    yield from (f"{other}things", f"//{other.removeprefix('http://')}things", f"https://{host}api/things")
    yield from (f"{place}other/things", f"{place}api/../other", f"{place}api/%2e%2e/other", f"{place}api/..%2Fother")
    yield from (
        f"http://me:secret@{host}api/things",
        "../other",
        "file:///etc/passwd",
        "http://[",
        "http://127.0.0.1:99999/",
    )


def test_an_address_elsewhere_is_not_visited_and_hears_no_token() -> None:
    with w.weather(w.fine) as server, w.weather(w.fine) as other:
        with Door(to(f"{server.url}api/"), auth=Token()) as opened:
            for address in elsewhere(server.url, other.url):
                with pytest.raises(Unanswered) as caught:
                    opened.get(address)
                assert (caught.value.result.verdict, caught.value.result.reason) == (PERMANENT, "andere-server")
            assert opened.get(f"{server.url}api/things").body == {"good": True}
        assert ([heard.path for heard in server.heard], other.heard) == (["/api/things"], [])


def test_a_redirect_is_not_followed() -> None:
    with w.weather(w.fine) as other, w.weather(w.says(307, Location=f"{other.url}things")) as server:
        with Door(to(server.url), auth=Token()) as opened, pytest.raises(Unanswered, match="omgeleid"):
            opened.ask("POST", "things", content={})
        assert (len(server.heard), other.heard) == (1, [])


def page(*results: int, more: str = "null") -> w.Weather:
    return w.says(200, f'{{"results": {list(results)}, "next": {more}}}'.encode())


def test_pages_are_read_in_order_and_a_next_elsewhere_ends_them() -> None:
    with w.weather(w.fine) as other, w.weather(w.fine) as server:
        server.script = [page(1, 2, more=f'"{server.url}things?page=2"'), page(3, more=f'"{other.url}x"')]
        with Door(to(server.url), auth=Token()) as opened:
            pages = opened.pages("things", params={"a": "b"}, headers={"X-Here": "yes"})
            assert [next(pages), next(pages), next(pages)] == [1, 2, 3]
            with pytest.raises(Unanswered, match="andere-server"):
                next(pages)
        assert [heard.path for heard in server.heard] == ["/things?a=b", "/things?page=2"]
        assert {heard.headers["x-here"] for heard in server.heard} == {"yes"}
        assert other.heard == []


def test_pages_that_come_round_again_or_never_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with w.weather(w.fine) as server, Door(to(server.url)) as opened:
        server.script = [page(1, more='"things"')]
        with pytest.raises(Unanswered, match="bladerlus"):
            list(opened.pages("things"))
        assert len(server.heard) == 1
        server.script = [page(number, more=f'"things?page={number}"') for number in range(20)]
        with pytest.raises(Unanswered, match="bladerlus"):
            list(opened.pages("things", most=5))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"results": {}}', b'{"results": [], "next": 7}', b"null"])
def test_a_list_of_another_shape_is_unreadable(body: bytes) -> None:
    with w.weather(w.says(200, body)) as server, Door(to(server.url)) as opened:
        with pytest.raises(Unanswered) as caught:
            list(opened.pages("things"))
        assert (caught.value.result.verdict, caught.value.result.reason) == (TEMPORARY, "onleesbaar")


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with w.weather(w.fine) as proxy, w.weather(w.fine) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert isinstance(asked(to(server.url), "GET"), Reply)
        assert proxy.heard == []


# certificates


def test_a_certificate_of_their_authority_is_trusted_and_ours_is_shown(authority: Authority) -> None:
    ours = authority.pair("ketenregie")
    tls = serving(authority.pair("partner"), asks_for=authority.file)
    with w.weather(w.fine, tls=tls) as server:
        given = to(server.url, ca=authority.file, certificate=ours.certificate, key=ours.key)
        assert isinstance(asked(given, "POST"), Reply)
        assert [("ketenregie" in subject) for subject in server.shown] == [True]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("name", "days", "host", "reason"),
    [("expired", -1, "127.0.0.1", "certificaat-verlopen"), ("other-host", 30, "127.0.0.2", "certificaat")],
)
def test_a_certificate_that_is_not_right_hears_nothing(
    authority: Authority, method: str, name: str, days: int, host: str, reason: str
) -> None:
    tls = serving(authority.pair(name, days=days, host=host))
    with w.weather(w.fine, tls=tls) as server:
        found = asked(to(server.url, ca=authority.file), method)
        assert isinstance(found, Unanswered)
        assert (found.result.verdict, found.result.reason, server.heard) == (TEMPORARY, reason, [])


def test_an_authority_that_nobody_named_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    with w.weather(w.fine, tls=serving(authority.pair("partner"))) as server:
        for ca in (None, Authority(tmp_path, "stranger").file):
            found = asked(to(server.url, ca=ca), "GET")
            assert isinstance(found, Unanswered)
            assert (found.result.verdict, found.result.reason, server.heard) == (TEMPORARY, "certificaat", [])


def test_a_partner_that_asks_for_our_certificate_and_gets_none_says_so(authority: Authority) -> None:
    tls = serving(authority.pair("partner"), asks_for=authority.file)
    with w.weather(w.fine, tls=tls) as server:
        found = asked(to(server.url, ca=authority.file), "POST")
        assert isinstance(found, Unanswered)
        assert (found.result.verdict, server.heard) == (INDEFINITE, [])
        assert found.result.reason in ("tls", "verbroken")  # whether their reason arrives before the end is a race


def test_a_server_that_speaks_no_tls_is_no_safe_server() -> None:
    with w.weather(w.garbage) as server:
        found = asked(to(server.url.replace("http:", "https:")), "POST")
        assert isinstance(found, Unanswered)
        assert (found.result.verdict, found.result.reason) == (TEMPORARY, "tls")


def test_a_file_of_ours_that_is_missing_is_said_before_anything_leaves(authority: Authority, tmp_path: Path) -> None:
    ours = authority.pair("ketenregie")
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for certificate, key in ((tmp_path / "absent.pem", ours.key), (ours.certificate, empty), (empty, ours.key)):
        with pytest.raises(Unanswered) as caught:
            Door(to("https://127.0.0.1:1/", ca=authority.file, certificate=certificate, key=key))
        assert (caught.value.result.verdict, caught.value.result.reason) == (TEMPORARY, "eigen-certificaat")
