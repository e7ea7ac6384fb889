"""Prefect's own server as a child process on 127.0.0.1, with its SQLite database in our home."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from deployments.prefect_env import QUIET, server_environment
from domain.errors import OutsideFailure

PREFERRED_PORT = 4200
START_SECONDS = 180.0  # a first start on a busy machine has taken more than a minute
STOP_SECONDS = 10.0
CHILD = Path(__file__).with_name("prefect_child.py")


@dataclass
class PrefectServer:
    """A running server: `url` is the address of the UI, the API is at `url`/api."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End the server and wait until its process is gone; harmless when it has gone already."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


def free_port(preferred: int = PREFERRED_PORT) -> int:
    """The preferred port when nothing listens there, else one the system gives; 0 always asks the system."""
    for port in (preferred, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OutsideFailure("KR-PREFECT-START")


def start_server(home: Path, port: int = PREFERRED_PORT) -> PrefectServer:
    """Start the server and wait until it answers; refuses with KR-PREFECT-START when it does not."""
    chosen = free_port(port)
    folder = home / "prefect"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = folder / "server.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", str(CHILD), "--child"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | server_environment(home, chosen),
            start_new_session=True,  # Ctrl-C reaches us first, so that the worker ends before its server
        )
    server = PrefectServer(f"http://127.0.0.1:{chosen}", process, log)
    wait_until_healthy(server)
    return server


def wait_until_healthy(server: PrefectServer) -> None:
    """Return once the API answers; stop the child and refuse when it ends or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(base_url=server.url, timeout=2) as client:  # one for all: each reads the certificates of TLS
        while time.monotonic() < deadline and server.process.poll() is None:
            with suppress(httpx.HTTPError):
                if client.get("/api/health").status_code == httpx.codes.OK:
                    return
            time.sleep(0.1)
    server.stop()
    raise OutsideFailure("KR-PREFECT-START")


def be_quiet() -> None:
    """No statistics from this process either, nor from the ones it starts."""
    os.environ.update(QUIET)


@contextmanager
def prefect_server(home: Path, port: int = PREFERRED_PORT) -> Iterator[PrefectServer]:
    """A server for the length of a with block."""
    server = start_server(home, port)
    try:
        yield server
    finally:
        server.stop()
