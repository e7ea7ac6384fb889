"""The receiver as it really runs, behind a port: slow, large and broken callers do not keep it from others."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import jwt
import pytest
import sqlmodel

from deployments.receiver.protocol import HEADER_SECONDS, MOST_CONNECTIONS
from deployments.receiver.reading import BODY_SECONDS, MOST_BYTES
from deployments.receiver.serve import check_ledger
from domain.errors import StateRefusal, WrongUse
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import Notification
from integrations.ledger.upgrading import VERSION_TABLE
from tests.faults import tier
from tests.house.tree import ROOT
from tests.partners.judged import Judged, needs_specs
from tests.partners.nrc_standin import BASE, Nrc
from tests.partners.receiving import FILE, OUR_SECRET, SECRET, ZAKEN, message
from tests.partners.server import served

CANARY = "kanarie-van-meerdorp"
HEAD = f"POST /notificaties/nrc HTTP/1.1\r\nHost: {CANARY}\r\nContent-Type: application/json\r\n"
RIGHT = f"{HEAD}Authorization: Bearer {SECRET}\r\n"
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


@dataclass
class Process:
    """A receiver that was started from the command line."""

    url: str
    process: subprocess.Popen[str]
    log: Path
    ledger: Ledger

    def connection(self) -> socket.socket:
        return socket.create_connection((urlsplit(self.url).hostname or "", urlsplit(self.url).port or 0), timeout=60)

    def healthy(self) -> float:
        """Seconds that an ordinary caller waits; raises when it gets no answer."""
        began = time.monotonic()
        assert httpx.get(f"{self.url}/gezond", trust_env=False, timeout=60).status_code == 204
        return time.monotonic() - began

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()


@contextmanager
def started(folder: Path, ledger: Path, port: int = 0) -> Iterator[Process]:
    """`ketenregie receive`, until the block ends."""
    partners = folder / "partners.toml"
    partners.write_text(FILE.format(nrc="http://127.0.0.1:9/", receiver="http://127.0.0.1:9/", zaken=ZAKEN))
    env = os.environ | {
        "KETENREGIE_PARTNERS": str(partners),
        "KETENREGIE_SECRETS": json.dumps({"hun": SECRET, "ons": OUR_SECRET}),
        "KETENREGIE_HOME": str(folder),
    }
    command = [sys.executable, "-m", "deployments", "receive", "--port", str(port), "--database", f"sqlite:///{ledger}"]
    log = folder / "log"
    with log.open("w") as err:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=err, text=True)
    assert process.stdout
    said = process.stdout.readline()
    opened = Ledger(f"sqlite:///{ledger}")
    try:
        yield Process(said.removeprefix("De ontvanger luistert op ").partition(". ")[0], process, log, opened)
    finally:
        opened.dispose()
        process.terminate()
        process.wait(60)
        process.stdout.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, ledger_template: Path) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("receiver")
    with started(folder, Path(shutil.copy(ledger_template, folder / "ledger.sqlite"))) as process:
        yield process


def answer(connection: socket.socket) -> bytes:
    """Everything until the other side ends; what came before a reset counts."""
    got = b""
    with suppress(OSError):
        while part := connection.recv(65_536):
            got += part
    return got


def test_it_tells_where_it_listens_on_this_machine_only(running: Process) -> None:
    assert running.url.startswith("http://127.0.0.1:")
    running.healthy()


def test_slow_callers_are_cut_off_and_keep_nobody_waiting(
    running: Process, record_property: Callable[[str, object], None]
) -> None:
    """Headers that do not end, a body that drips, and a caller without a token: all at once, and others come first."""
    with ExitStack() as stack:
        began = time.monotonic()
        heads = [stack.enter_context(running.connection()) for _ in range(60)]
        bodies = [stack.enter_context(running.connection()) for _ in range(8)]
        strangers = [stack.enter_context(running.connection()) for _ in range(20)]
        for head in heads:
            head.sendall(HEAD.encode())
        for body in bodies:
            body.sendall(f"{RIGHT}Content-Length: 1000\r\n\r\n{{".encode())
        for stranger in strangers:
            stranger.sendall(f"{HEAD}Content-Length: 1000\r\n\r\n{{".encode())
        waited = [running.healthy() for _ in range(5)]
        assert {answer(stranger)[:13] for stranger in strangers} == {b"HTTP/1.1 401 "}
        assert [answer(head) for head in heads] == [b""] * 60
        heads_cut = time.monotonic() - began
        told = [_dripping(body) for body in bodies]
        bodies_cut = time.monotonic() - began
    assert all(b"408" in one and b"KR-DEUR-TRAAG" in one for one in told)
    assert heads_cut < HEADER_SECONDS + 60
    assert bodies_cut < BODY_SECONDS + 60
    record_property("said", f"88 slow callers; others waited {max(waited):.2f} s at most")


def _dripping(body: socket.socket) -> bytes:
    """Send a byte each tenth of a second, and never the last."""
    body.settimeout(0.1)
    for _ in range(1_000):
        with suppress(TimeoutError):
            if got := body.recv(65_536):
                body.settimeout(60)
                return got + answer(body)
        with suppress(OSError):
            body.sendall(b" ")
    raise AssertionError("never cut off")


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(running: Process) -> None:
    with running.connection() as there:
        there.sendall(f"{RIGHT}Content-Length: {MOST_BYTES + 1}\r\n\r\n".encode())
        got = answer(there)
    assert got.startswith(b"HTTP/1.1 413 ")
    assert b"KR-DEUR-GROOT" in got


def test_a_body_without_an_end_is_cut_off_when_it_is_too_large(running: Process) -> None:
    sent = 0
    with running.connection() as there, suppress(OSError):
        there.sendall(f"{RIGHT}Transfer-Encoding: chunked\r\n\r\n".encode())
        while sent < 64 * MOST_BYTES:
            there.sendall(CHUNK)
            sent += len(CHUNK)
    assert sent < 64 * MOST_BYTES
    running.healthy()


RAW: dict[str, bytes] = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "only a line": b"KANARIE\r\n\r\n",
    "two lengths": f"{RIGHT}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}".encode(),
    "a negative length": f"{RIGHT}Content-Length: -1\r\n\r\n".encode(),
    "a length of letters": f"{RIGHT}Content-Length: {CANARY}\r\n\r\n".encode(),
    "a bad chunk": f"{RIGHT}Transfer-Encoding: chunked\r\n\r\n{CANARY}\r\n".encode(),
    "another encoding": f"{RIGHT}Transfer-Encoding: gzip\r\n\r\n".encode(),
    "no host": b"GET /gezond HTTP/1.1\r\n\r\n",
    "a folded header": f"{RIGHT} {CANARY}\r\n\r\n".encode(),
    "a header without an end": f"{RIGHT}X-Naam: {CANARY * 2_000}\r\n\r\n".encode(),
    "many headers": (RIGHT + "".join(f"X-{n}: {CANARY}\r\n" for n in range(2_000)) + "\r\n").encode(),
    "a long address": f"GET /{CANARY * 2_000} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "an upgrade": b"GET /gezond HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
}


@pytest.mark.parametrize("name", RAW)
def test_what_is_not_right_http_is_refused_in_the_same_form_or_cut_off(running: Process, name: str) -> None:
    with running.connection() as there:
        with suppress(OSError):
            there.sendall(RAW[name])
            there.shutdown(socket.SHUT_WR)
        got = answer(there)
    assert got == b"" or got.split(b" ")[1] in (b"204", b"400", b"401", b"431")
    assert not got.startswith(b"HTTP/1.1 4") or b"application/problem+json" in got
    assert CANARY.encode() not in got
    running.healthy()


def test_a_second_request_behind_the_first_is_never_answered(running: Process) -> None:
    hidden = b"GET /gezond HTTP/1.1\r\nHost: x\r\n\r\n"
    both = f"{RIGHT}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode()
    for first in (hidden, f"{RIGHT}Content-Length: 2\r\n\r\n{{}}".encode(), both):
        with running.connection() as there:
            there.sendall(first + hidden)
            assert answer(there).count(b"HTTP/1.1 ") <= 1


def test_a_caller_that_goes_away_halfway_its_body_is_no_error(running: Process) -> None:
    before = len(running.lines())
    for _ in range(5):
        with running.connection() as there:
            there.sendall(f"{RIGHT}Content-Length: 100\r\n\r\n{{".encode())
    _until(lambda: len(running.lines()) >= before + 5)
    assert set(running.lines()[before:]) == {"INFO ketenregie.receiver POST /notificaties/{source} 400 nrc"}


def test_random_bytes_do_not_bring_it_down(running: Process) -> None:
    chance = tier.chance("bytes")
    for _ in range(tier.scaled(50, 2_000)):
        whole = bytearray(f"{RIGHT}Content-Length: 400\r\n\r\n{json.dumps(message())}".encode())
        for _ in range(chance.randrange(1, 6)):
            whole[chance.randrange(len(whole))] = chance.randrange(256)
        with running.connection() as there:
            with suppress(OSError):
                there.sendall(whole[: chance.randrange(len(whole))])
                there.shutdown(socket.SHUT_WR)
            got = answer(there)
        assert got == b"" or got.split(b" ")[1] in (b"204", b"400", b"401", b"404", b"405", b"413", b"415"), got
    running.healthy()


def test_all_of_this_left_no_trace_of_what_was_sent_and_no_stack_in_the_log(running: Process) -> None:
    lines = running.lines()
    assert "INFO ketenregie.receiver POST /notificaties/{source} 413 nrc" in lines
    assert [line for line in lines if "anarie" in line or SECRET in line or "Traceback" in line] == []
    assert [line for line in lines if line.startswith("ERROR")] == []


def test_connections_beyond_what_it_keeps_are_cut_at_once_and_make_room_when_they_go(running: Process) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(running.connection()) for _ in range(MOST_CONNECTIONS + 40)]
        cut = select.select(idle, [], [], 60)[0]
        assert 0 < len(cut) <= 40 + 4
        assert {answer(there) for there in cut} == {b""}
    running.healthy()


@pytest.mark.parametrize(("revision", "code"), [("0001", "KR-ADMINISTRATIE-OUD"), ("9999", "KR-ADMINISTRATIE-NIEUWER")])
def test_a_ledger_of_another_version_is_refused_before_anything_is_received(
    ledger: Ledger, revision: str, code: str
) -> None:
    check_ledger(ledger)
    with ledger.writer.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{revision}'")
    with pytest.raises(StateRefusal) as refused:
        check_ledger(ledger)
    assert refused.value.code == code


def test_a_ledger_that_was_never_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        check_ledger(Ledger(f"sqlite:///{tmp_path / 'nergens.sqlite'}"))
    assert refused.value.code == "KR-ADMINISTRATIE"


def test_a_port_that_is_taken_is_told_with_a_code(running: Process, tmp_path: Path) -> None:
    port = str(urlsplit(running.url).port)
    command = [sys.executable, "-m", "deployments", "receive", "--port", port, "--database", str(running.ledger.url)]
    env = os.environ | {"KETENREGIE_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"KR-POORT: Poort {port} is al in gebruik.")


@needs_specs
def test_what_was_told_while_the_receiver_was_down_arrives_when_it_is_back_and_once(
    tmp_path: Path, ledger_template: Path
) -> None:
    kept = socket.socket()  # nobody else gets this port, and the receiver may share it: it is never listened on here
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    port = kept.getsockname()[1]
    nrc = Nrc({"ketenregie": OUR_SECRET}, tries_callbacks=False, waits=(0.1,) * 600)
    judged = Judged(nrc.app(), {BASE: "nrc"})
    with kept, served(judged) as there:
        nrc.put_there(there, f"http://127.0.0.1:{port}/notificaties/nrc", {"zaken": {}})
        next(iter(nrc.subscriptions.values()))["auth"] = f"Bearer {SECRET}"
        for _ in range(2):  # the publisher itself is not sure either, and says it twice
            _publish(there)
        _until(lambda: len(nrc.delivered) > 2)
        assert {status for _, status in nrc.delivered} == {0}
        with started(tmp_path, Path(shutil.copy(ledger_template, tmp_path / "ledger.sqlite")), port) as receiver:
            _until(lambda: [status for _, status in nrc.delivered].count(204) == 2)
            with receiver.ledger.reading() as session:
                assert len(session.exec(sqlmodel.select(Notification)).all()) == 1
            receiver.process.send_signal(signal.SIGTERM)
            assert receiver.process.wait(60) in (0, -signal.SIGTERM)
    assert (judged.violations, nrc.lost) == ([], [])


def _publish(url: str) -> None:
    claims = {"iss": "ketenregie", "client_id": "ketenregie", "iat": int(time.time()), "user_id": "x"}
    token = jwt.encode(claims | {"user_representation": "x"}, OUR_SECRET, algorithm="HS256")
    headers = {"Authorization": f"Bearer {token}"}
    httpx.post(
        f"{url}api/v1/notificaties", json=message(), headers=headers, trust_env=False, timeout=60
    ).raise_for_status()


def _until(true: Callable[[], bool]) -> None:
    """Wait for another process; at most two minutes."""
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
