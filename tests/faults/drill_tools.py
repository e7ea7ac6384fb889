"""What the kill drill is made of: children that tell, states by their checksum, and what makes two runs alike."""

import gc
import json
import os
import random
import secrets
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from integrations.ledger import Ledger
from integrations.ledger.tables import Delivery, Message, MessageState
from tasks import deliver_messages as delivering
from tests.faults.drill_plan import Plan, Report
from tests.faults.kill_points import Act
from tests.faults.rules_of_rows import GONE

CHILD_SECONDS = 60
NARROW = {"THREADS": 1, "IN_HAND": 1, "GRACE": 0.0}
Tell = Callable[[str], object]
Deadly = Callable[[int, Tell], Act]


class Drilling(Protocol):
    """A plan in its own folder, to be drilled."""

    def run(self) -> Report: ...


def main(drilling: Callable[[Plan, Path], Drilling]) -> None:
    """Drill each plan that the command line holds, and print a report a line."""
    shared = Path("/dev/shm")
    with TemporaryDirectory(prefix="ketenregie-drill-", dir=shared if shared.is_dir() else None) as place:
        for number, plan in enumerate(json.loads(sys.argv[1])):
            folder = Path(place) / str(number)
            folder.mkdir()
            print(json.dumps(asdict(drilling(Plan(**plan), folder).run())), flush=True)


def forked(act: Callable[[Tell], object]) -> tuple[int, list[str]]:
    """Do this in a child; how it ended, and the lines it told."""
    assert threading.active_count() == 1
    outlet, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        gc.disable()  # it lives too short to need it, and a collection copies what it shares
        signal.alarm(CHILD_SECONDS)
        code = 1
        try:
            act(lambda line: os.write(inlet, f"{line}\n".encode()))
            code = 0
        except BaseException as error:
            os.write(inlet, f"error {type(error).__name__} {error!s:.300}\n".encode().replace(b"\n", b" ") + b"\n")
        finally:
            os._exit(code)
    os.close(inlet)
    with os.fdopen(outlet) as told:
        lines: list[str] = told.read().splitlines()
    return os.waitpid(child, 0)[1], lines


def lose(number: int, tell: Tell) -> Act:
    """At this commit the database did it, and we are told that it did not."""

    def act(passed: int, name: str) -> None:
        if passed == number:
            tell(name)
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("the acknowledgement was lost"))

    return act


def waiting(ledger: Ledger) -> bool:
    """True while mail is still to go."""
    going = [MessageState.PLANNED, MessageState.BUNDLED]
    with ledger.reading() as session:
        if session.exec(select(Message.id).where(col(Message.state).in_(going))).first() is not None:
            return True
        return session.exec(select(Delivery.id).where(col(Delivery.state).not_in(GONE))).first() is not None


def checksum(file: Path) -> str:
    """Of every row of every table of this file."""
    connection = sqlite3.connect(file)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        rows = (connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall() for (name,) in tables)
        return str(sha256(repr(list(rows)).encode()).hexdigest())
    finally:
        connection.close()


@contextmanager
def narrow(narrow: bool) -> Iterator[None]:
    """One mail at a time."""
    usual = {name: getattr(delivering, name) for name in NARROW}
    for name, value in NARROW.items() if narrow else ():
        setattr(delivering, name, value)
    try:
        yield
    finally:
        for name, value in usual.items():
            setattr(delivering, name, value)


@contextmanager
def same_references() -> Iterator[None]:
    """New cases get the same references in every process, so that states can be compared."""
    usual, chance = secrets.SystemRandom, random.Random(1)
    secrets.SystemRandom = lambda: chance  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        secrets.SystemRandom = usual  # type: ignore[misc]
