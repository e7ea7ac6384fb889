"""A post that keeps what it is given, and what a round of delivery cost the database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.event import listen, remove

from integrations.ledger import Ledger
from integrations.mail import Result, Verdict
from tasks.deliver_messages import Delivered, deliver_messages

EVERY = 50  # virtual machine steps of SQLite between two counts


class Post:
    """Takes every mail, or gives the results it was told to give first; `mails` holds (who, subject, body)."""

    def __init__(self, *first: Result) -> None:
        self.first = list(first)
        self.mails: list[tuple[str, str, str]] = []
        self._turn = threading.Lock()

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        """One mail."""
        with self._turn:
            if self.first:
                return self.first.pop(0)
            self.mails.append((channel.removeprefix("mail:").partition("@")[0].upper(), subject, body))
            return Result(Verdict.SENT)

    def round(self, ledger: Ledger, now: datetime) -> list[str]:
        """One round of delivery; who got a mail in it, by code."""
        before = len(self.mails)
        self.last: Delivered = deliver_messages(ledger, now, self)
        return sorted(who for who, _, _ in self.mails[before:])


def cost(ledger: Ledger, act: Callable[[], object]) -> int:
    """How many steps SQLite's virtual machine took for this act, about."""
    with _counted(ledger) as counted:
        act()
    return counted[0]


@contextmanager
def _counted(ledger: Ledger) -> Iterator[list[int]]:
    counted = [0]

    def tick() -> int:
        counted[0] += EVERY
        return 0

    def watch(raw: Any, *_: Any) -> None:
        raw.set_progress_handler(tick, EVERY)

    for engine in (ledger.reader, ledger.writer):
        listen(engine, "checkout", watch)
    try:
        yield counted
    finally:
        for engine in (ledger.reader, ledger.writer):
            remove(engine, "checkout", watch)
        ledger.dispose()
