"""A PostgreSQL server of our own, on a free port of 127.0.0.1, in a folder that goes when the tests end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


class Server:
    """A running server; databases are made and dropped by name."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0") -> None:
        """A new database, a copy of another."""
        self._run(f"CREATE DATABASE {database} TEMPLATE {template}")

    def drop(self, database: str) -> None:
        """Drop a database, with who is still in it."""
        self._run(f"DROP DATABASE {database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


def installed() -> bool:
    """Whether this machine has the server's programs, and a user that may run them (root may not)."""
    return bool(BINARIES) and (os.getuid() != 0 or _has_postgres_user())


@contextmanager
def running() -> Iterator[Server]:
    """Start a server for the block. Durability is off: these tests kill clients, not the server."""
    folder = Path(tempfile.mkdtemp(prefix="ketenregie-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = str(folder / "data")
    try:
        _as_postgres("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        port = _free_port()  # only now: what takes seconds gives others time to take it
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        _as_postgres("pg_ctl", "-D", data, "-w", "-t", "300", "-l", str(folder / "log"), "-o", options, "start")
        yield Server(port)
    finally:
        _as_postgres("pg_ctl", "-D", data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder)


def _as_postgres(program: str, *arguments: str, check: bool = True) -> None:
    user = "postgres" if os.getuid() == 0 else None
    command = [str(BINARIES[-1] / program), *arguments]
    subprocess.run(command, check=check, user=user, group=user, cwd="/", stdout=subprocess.DEVNULL)


def _has_postgres_user() -> bool:
    return any(entry.pw_name == "postgres" for entry in pwd.getpwall())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
