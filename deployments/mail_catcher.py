"""A mail server on this machine that keeps what it receives as files: for the demo, the stories and the tests.

One .eml file a message, named by order of arrival (000001.eml …). It sends nothing on.
"""

import argparse
import logging
import os
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ARRIVED, RECIPIENT, REFERENCE = "X-Ketenregie-Arrived", "X-Ketenregie-To", "X-Ketenregie-Kenmerk"


@dataclass(frozen=True)
class Caught:
    """One message as it arrived; `reference` is our own header, empty when there is none."""

    to: str
    subject: str
    body: str
    reference: str
    arrived: datetime


class Mailbox:
    """Writes each message to a folder before the sender hears that it was accepted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._last = max((int(path.stem) for path in folder.glob("*.eml")), default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook for a message that came in whole."""
        self._keep(envelope.rcpt_tos, envelope.content or b"")
        return "250 OK"

    def _keep(self, recipients: list[str], content: bytes | str) -> None:
        self._last += 1
        raw = content if isinstance(content, bytes) else content.encode()
        head = f"{ARRIVED}: {datetime.now(UTC).isoformat()}\r\n{RECIPIENT}: {', '.join(recipients)}\r\n"
        path = self.folder / f"{self._last:06d}.eml"
        path.with_suffix(".part").write_bytes(head.encode("ascii", "replace") + raw)
        os.replace(path.with_suffix(".part"), path)


class MailCatcher:
    """The server, in a thread of this process. Port 0 takes a free one; use as a context manager or start/stop."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder = folder
        self.host = host
        self.port = port
        self._server: Controller | None = None

    def start(self) -> "MailCatcher":
        """Listen; afterwards `port` is the real one."""
        logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # aiosmtpd logs addresses there
        self.port = self.port or _free_port(self.host)
        self._server = Controller(Mailbox(self.folder), hostname=self.host, port=self.port, ident="ketenregie")
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop listening; what was caught stays in the folder. The same port is used at the next start."""
        if self._server:
            self._server.stop()
            self._server = None

    def __enter__(self) -> "MailCatcher":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def read_mailbox(folder: Path) -> list[Caught]:
    """What is in the folder, in order of arrival."""
    return [_read(path) for path in sorted(folder.glob("*.eml"))]


def _read(path: Path) -> Caught:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    return Caught(
        to=str(message[RECIPIENT] or ""),
        subject=str(message["Subject"] or ""),
        body=str(text.get_content()).replace("\r\n", "\n") if text else "",
        reference=str(message[REFERENCE] or ""),
        arrived=datetime.fromisoformat(str(message[ARRIVED])),
    )


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Run until stopped: `python -m deployments.mail_catcher FOLDER --port 2525`."""
    arguments = argparse.ArgumentParser(description="Vangt mail op in een map; verstuurt niets.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--port", type=int, default=2525)
    given = arguments.parse_args()
    with MailCatcher(given.folder, port=given.port):
        threading.Event().wait()


if __name__ == "__main__":
    main()
