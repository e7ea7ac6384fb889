"""A mail server in a process of its own, as a relay is; what arrives is kept as files and counted."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 20.0  # seconds for it to start


@contextmanager
def mailbox(folder: Path) -> Iterator[int]:
    """The port of a mail server on this machine while the block runs; a file in `folder` for each mail."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "deployments.mail_catcher", str(folder), "--port", str(port)]
    with subprocess.Popen(command) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.kill()


def _wait(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def arrived(folder: Path) -> int:
    """How many mails came in."""
    return sum(1 for _ in folder.glob("*.eml"))
