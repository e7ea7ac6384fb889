"""The outside witness: a mail server in a process of its own, which writes each message down before it says 250.

`python -m tests.faults.spool FILE` prints its port and runs until its standard input closes. Each message is a line of
JSON, in the file before the sender hears that it was accepted; not forced to the disk, for processes die here and not
the machine. `Spool` starts and reads such a server.
"""

import json
import logging
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from integrations.mail import AppriseSender
from integrations.settings import Settings
from tests.faults.witness import Mail

PROJECT = Path(__file__).parents[2]
REFERENCE = re.compile(r"\[([A-Z]{4}-[A-Z]{4})\]$")


class Writer:
    """aiosmtpd's handler: one line a message."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """A message came in whole: in the file first, then 250."""
        raw = envelope.content or b""
        content = raw if isinstance(raw, bytes) else raw.encode()
        for to in envelope.rcpt_tos:
            line = json.dumps(_parts(content) | {"from": envelope.mail_from, "to": to}) + "\n"
            os.write(self._file, line.encode())
        return "250 taken"


def _parts(content: bytes) -> dict[str, str]:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    subject = str(message["Subject"] or "")
    reference = REFERENCE.search(subject)
    return {
        "reference": reference[1] if reference else "",
        "subject": subject,
        "body": str(text.get_content()).replace("\r\n", "\n") if text else "",
    }


class Spool:
    """A running server. `sender(by)` sends to it under a sender's name of one scenario; `mails(by)` is what came in."""

    def __init__(self, path: Path, port: int) -> None:
        self.path, self.port = path, port
        self._read, self._lines = 0, list[dict[str, str]]()

    def settings(self, by: str = "") -> Settings:
        """Settings of a process that mails to this server."""
        return Settings(mail_host="127.0.0.1", mail_port=self.port, mail_from=_from(by))

    def sender(self, by: str = "") -> AppriseSender:
        """A real sender to this server."""
        return AppriseSender(self.settings(by))

    def forget(self) -> None:
        """Count from here on."""
        self._read = self.path.stat().st_size
        self._lines.clear()

    def mails(self, by: str | None = None) -> list[Mail]:
        """Every copy that was taken in, in order; those of one scenario when it is named."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        self._lines += [json.loads(line) for line in whole.splitlines()]
        wanted = [line for line in self._lines if by is None or line["from"] == _from(by)]
        return [Mail(line["reference"], line["to"], line["subject"], line["body"]) for line in wanted]


def _from(by: str) -> str:
    return f"ketenregie{'-' if by else ''}{by}@localhost.localdomain"


@contextmanager
def spool(folder: Path) -> Iterator[Spool]:
    """A server in a process of its own while the block runs; what it took in stays in the folder."""
    path = folder / "spool.jsonl"
    path.touch()
    command = [sys.executable, "-m", "tests.faults.spool", str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=PROJECT) as server:
        try:
            assert server.stdout is not None
            yield Spool(path, int(server.stdout.readline()))
        finally:
            server.kill()


def main(path: Path) -> None:
    """Serve until standard input closes."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # it logs addresses
    controller = Controller(Writer(path), hostname="127.0.0.1", port=_free_port())
    controller.start()
    sys.stdout.write(f"{controller.port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
