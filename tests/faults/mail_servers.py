"""A mail relay with a temper: every connection gets the script of its mode; what it took in whole is the witness."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes

from tests.messages.servers import Misbehaving

HALF_CLOSE, SLOW = "half-close", "slow "
PACE = 0.4  # seconds a slow server takes for each answer


class Moody(Misbehaving):
    """Also closes one direction only, answers slowly, and offers TLS with the certificate it was given."""

    def __init__(self, script: Mapping[str, str], tls: ssl.SSLContext | None = None) -> None:
        super().__init__(script)
        self.tls = tls

    def _answer(self, connection: socket.socket, stage: str) -> bool:
        reply = self.script.get(stage, "")
        if reply == HALF_CLOSE:
            connection.shutdown(socket.SHUT_WR)
            return True
        if reply.startswith(SLOW):
            self._over.wait(PACE)
            connection.sendall(f"{reply.removeprefix(SLOW)}\r\n".encode())
            return True
        if not super()._answer(connection, stage):
            return False
        if stage == "STARTTLS" and self.tls:
            self.tls.wrap_socket(connection, server_side=True)
        return True

    def references(self) -> list[str]:
        """The reference of every copy that was taken in and not refused afterwards, in order."""
        if self.script["body"][0] in "45":
            return []
        return [str(message_from_bytes(copy)["X-Ketenregie-Kenmerk"]) for copy in self.kept]


@contextmanager
def moody(script: Mapping[str, str], tls: ssl.SSLContext | None = None) -> Iterator[Moody]:
    """Such a server while the block runs."""
    server = Moody(script, tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()
