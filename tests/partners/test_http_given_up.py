"""An exchange that was given up is over: nothing of it reaches the other side later, as if somebody still asked."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from httpx_retries import Retry

from integrations.http import Connection, Door, Reply, Unanswered, door
from integrations.http.cutting import Cut
from tests.partners import weather as w
from tests.partners.asking import QUICK, to
from tests.partners.certificates import Authority, serving

BOUND = 1.0  # seconds


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "RETRIES", QUICK)


def given_up(opened: Door, method: str) -> None:
    with pytest.raises(Unanswered, match="grens-verstreken"):
        opened.ask(method, "things", content={"a": 1} if method in ("PUT", "POST") else None)


def over() -> None:
    """The thread of what was given up has ended."""
    until = time.monotonic() + 60
    while any(thread.name == "ketenregie-outside" for thread in threading.enumerate()):
        assert time.monotonic() < until, "an exchange that was given up goes on"
        time.sleep(0.02)


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE", "POST"])
def test_what_may_be_asked_twice_is_not_asked_again_after_it_was_given_up(method: str) -> None:
    with w.weather(w.silent) as server, Door(to(server.url, timeout=2 * BOUND, bound=BOUND)) as opened:
        given_up(opened, method)
        over()
        assert [heard.method for heard in server.has_heard(1)] == [method]


def test_a_retry_that_waits_for_its_turn_when_the_door_closes_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Retry(
        total=3, backoff_factor=2 * BOUND, backoff_jitter=0.0, allowed_methods=door.SAFE, status_forcelist=(502,)
    )
    monkeypatch.setattr(door, "RETRIES", slow)
    with w.weather(w.says(502), w.fine) as server, Door(to(server.url, bound=BOUND)) as opened:
        given_up(opened, "PUT")
        over()
        assert len(server.has_heard(1)) == 1
        assert isinstance(opened.ask("PUT", "things", content={}), Reply), "the door itself is open again"
        assert len(server.heard) == 2


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_connection_that_was_still_being_made_carries_nothing_any_more(method: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with late(serving(authority.pair("partner"))) as (url, heard):
        given = Connection(url=url, timeout=60, bound=BOUND, ca=authority.file)
        with Door(given) as opened:
            given_up(opened, method)
            over()
    assert heard == [b""]


@contextmanager
def late(tls: ssl.SSLContext) -> Iterator[tuple[str, list[bytes]]]:
    """A server that takes a connection, and lets it become safe only after whoever asked has given up."""
    heard: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        time.sleep(3 * BOUND)
        with suppress(OSError), tls.wrap_socket(connection, server_side=True) as safe:
            safe.settimeout(60)
            heard.append(safe.recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/", heard
        thread.join(120)


def test_a_cut_is_no_error_that_is_tried_again() -> None:
    assert not door.RETRIES.is_retryable_exception(Cut(""))
