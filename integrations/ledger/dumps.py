"""A copy of a PostgreSQL ledger, by the server's own pg_dump and pg_restore. No password on a command line."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from domain.errors import OutsideFailure


def dump(url: URL, target: Path, snapshot: str) -> None:
    """`target` becomes a dump in the custom format of the exported `snapshot`. KR-PROGRAMMA, KR-KOPIE-MISLUKT."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with _reached(url) as address:
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}", address)


def readable(path: Path) -> bool:
    """Whether pg_restore can read all of it, down to the last row."""
    try:
        _run("pg_restore", f"--file={os.devnull}", str(path))
    except OutsideFailure as failure:
        if failure.code == "KR-KOPIE-MISLUKT":
            return False
        raise
    return True


def load(url: URL, path: Path) -> None:
    """Put a dump into an empty database, whole or not at all. Raises KR-PROGRAMMA, KR-KOPIE-MISLUKT."""
    with _reached(url) as address:
        _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-acl", address, str(path))


@contextmanager
def _reached(url: URL) -> Iterator[str]:
    """`--dbname=…` for libpq, with the password in a file that only we can read."""
    _, parts = url.get_dialect()().create_connect_args(url)
    password = str(parts.pop("password", "") or "")
    with tempfile.TemporaryDirectory() as folder:
        if password:
            escaped = password.replace("\\", "\\\\").replace(":", "\\:")
            path = Path(folder, "pass")
            path.touch(mode=0o600)
            path.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
            parts["passfile"] = str(path)
        yield f"--dbname={make_conninfo(**parts)}"


def _run(program: str, *arguments: str) -> None:
    """What the program says may hold rows of the ledger: only whether it went well is told."""
    found = shutil.which(program)
    if not found:
        raise OutsideFailure("KR-PROGRAMMA", program=program)
    quiet = subprocess.DEVNULL
    words = [found, *(["--no-password"] if any(word.startswith("--dbname=") for word in arguments) else [])]
    done = subprocess.run([*words, *arguments], stdin=quiet, stdout=quiet, stderr=quiet, check=False)
    if done.returncode:
        raise OutsideFailure("KR-KOPIE-MISLUKT", what=f"{program}, einde {done.returncode}")
