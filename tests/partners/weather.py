"""A server of raw sockets on loopback that answers as a test says: well, badly, half, slowly or never."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

BEAT = 0.03
JSON = "application/json"


@dataclass(frozen=True)
class Heard:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Weather = Callable[[socket.socket, threading.Event], None]
"""What happens to one request: it may write to the connection, which is closed afterwards."""


def says(status: int, body: bytes = b"", kind: str = JSON, **headers: str) -> Weather:
    """A whole answer. `headers`: retry_after="5" → Retry-After: 5."""
    named = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}Content-Length: {len(body)}\r\n"
    return raw(f"{head}Connection: close\r\n\r\n".encode() + body)


def raw(answer: bytes) -> Weather:
    """These bytes, then the end."""

    def talk(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(answer)

    return talk


def reset(connection: socket.socket, _: threading.Event) -> None:
    """The connection is reset after the whole request came in."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closed(connection: socket.socket, _: threading.Event) -> None:
    """The connection is closed without a word."""


def silent(connection: socket.socket, over: threading.Event) -> None:
    """The request is taken, and nothing comes."""
    over.wait(30)


def _drips(first: bytes, drop: bytes) -> Weather:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        until = time.monotonic() + 30
        while not over.wait(BEAT) and time.monotonic() < until:
            connection.sendall(drop)

    return talk


drips_headers = _drips(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")
drips_body = _drips(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n", b" ")
half = raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
garbage = raw(b"220 mail.example ESMTP\r\n")
fine = says(200, b'{"good": true}')


class Server:
    """`script`: what happens to each request in turn; the last one goes on.

    `heard`: the requests, as they came; `shown`: the subjects of the certificates that clients showed.
    """

    def __init__(self, *script: Weather, tls: ssl.SSLContext | None = None) -> None:
        self.script, self.heard, self.connections = list(script), list[Heard](), 0
        self.shown: list[str] = []
        self._tls, self._over = tls, threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    def has_heard(self, number: int) -> list[Heard]:
        """The requests, once there are so many: who asked may have left before a busy machine lets us hear it."""
        until = time.monotonic() + 60
        while len(self.heard) < number and time.monotonic() < until:
            time.sleep(0.02)
        return self.heard

    def stop(self) -> None:
        self._over.set()
        with suppress(OSError), socket.create_connection(self._listener.getsockname(), 1):
            pass
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._over.is_set():
                connection.close()
                return
            self.connections += 1
            talk = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._threads.append(talk)
            talk.start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:  # an SSLError is one
            safe = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with safe:
                self._answer(safe)

    def _answer(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            first = lines.readline().decode("latin-1").split()
            if len(first) < 2:
                return
            headers: dict[str, str] = {}
            while (line := lines.readline().decode("latin-1").strip()) and ":" in line:
                name, _, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
            body = lines.read(int(headers.get("content-length", "0")))
        self.heard.append(Heard(first[0], first[1], headers, body))
        if isinstance(connection, ssl.SSLSocket):
            self.shown.append(str((connection.getpeercert() or {}).get("subject", "")))
        self.script[min(len(self.heard), len(self.script)) - 1](connection, self._over)


@contextmanager
def weather(*script: Weather, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server with this weather."""
    server = Server(*script, tls=tls)
    try:
        yield server
    finally:
        server.stop()


def nowhere() -> str:
    """An address on loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    return f"http://127.0.0.1:{port}/"
