"""Servers on loopback that behave as a test says: raw SMTP with a script, and HTTP with a status."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLOSE, RESET, SILENT, DRIP = "close", "reset", "silent", "drip"
POLITE = {
    "banner": "220 here",
    "EHLO": "250 here",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "RSET": "250 ok",
    "DATA": "354 go on",
    "body": "250 taken",
    "QUIT": "221 bye",
}


class Misbehaving:
    """An SMTP server that answers each stage by its script: a reply, or an action such as CLOSE.

    `kept` are the messages it took in whole, whatever it answered: the witness.
    """

    def __init__(self, script: Mapping[str, str]) -> None:
        self.script = POLITE | dict(script)
        self.kept: list[bytes] = []
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._listen, daemon=True)]

    def start(self) -> None:
        self._threads[0].start()

    def stop(self) -> None:
        self._over.set()
        with socket.socket() as wake:
            wake.connect(("127.0.0.1", self.port))
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._over.is_set():
                connection.close()
                return
            talk = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._threads.append(talk)
            talk.start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            try:
                if self._answer(connection, "banner"):
                    while (line := lines.readline()) and self._heard(connection, line, lines.readline):
                        pass
            except OSError:
                pass

    def _heard(self, connection: socket.socket, line: bytes, next_line: Callable[[], bytes]) -> bool:
        stage = line.split()[0].decode().upper()
        if not self._answer(connection, stage):
            return False
        if stage != "DATA" or not self.script["DATA"].startswith("354"):
            return stage != "QUIT"
        body = b"".join(iter(next_line, b".\r\n"))
        self.kept.append(body)
        return self._answer(connection, "body")

    def _answer(self, connection: socket.socket, stage: str) -> bool:
        reply = self.script.get(stage, "502 unknown")
        if reply == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply == SILENT:
            self._over.wait(60)
        if reply == DRIP:
            while not self._over.wait(0.05):
                connection.sendall(b"2")
        if reply in (RESET, CLOSE, SILENT, DRIP):
            return False
        connection.sendall(f"{reply}\r\n".encode())
        return True


@contextmanager
def smtp(**script: str) -> Iterator[Misbehaving]:
    """A misbehaving SMTP server while the block runs."""
    server = Misbehaving(script)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def http(status: int, *, hang_up: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """(port, bodies received) of an HTTP server that answers every POST with this status, or hangs up."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            if not hang_up:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield int(server.server_address[1]), bodies
    finally:
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
