"""Whose turn is next, between processes on one SQLite ledger.

SQLite's own waiting is a gamble: each waiter looks again now and then, so a sweep that writes one batch after another
keeps a form waiting for many seconds (measured: four). Here one waiter at a time holds the place at the front, also
against who has just had a turn, so that nobody waits for more than the turns of those before it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from domain.errors import OutsideFailure

LOOK_AGAIN = 0.002  # seconds


@contextmanager
def at_the_front(ledger: Path, busy_seconds: float) -> Iterator[None]:
    """Hold the place at the front of the queue while the block waits for the ledger itself.

    The place is a lock on a file beside the ledger, which goes with the process that holds it. Where no such file can
    be made nothing is queued. Raises OutsideFailure KR-ADMINISTRATIE-BEZET.
    """
    try:
        number = os.open(f"{ledger}.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield
        return
    try:
        _wait(number, monotonic() + busy_seconds)
        yield
    finally:
        os.close(number)  # and with it the lock


def _wait(number: int, until: float) -> None:
    while True:
        with suppress(BlockingIOError):
            return fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if monotonic() > until:
            raise OutsideFailure("KR-ADMINISTRATIE-BEZET")
        sleep(LOOK_AGAIN)
