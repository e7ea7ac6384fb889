"""Which addresses are visited, and with what: a server names addresses in its answers, we go where we were sent."""

from collections.abc import Generator, Iterator

import httpx
import pytest

from integrations.http import Door, Reply, Unanswered, door
from integrations.verdict import Verdict
from tests.partners import weather as w
from tests.partners.asking import QUICK, asked, to

TEMPORARY, PERMANENT = Verdict.TEMPORARY, Verdict.PERMANENT


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "RETRIES", QUICK)


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
