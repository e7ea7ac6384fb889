"""The points of a run, found by passing them: before each statement, before and after each commit, each fault point.

Nothing is listed, so what is written tomorrow is covered. One counter a process; at a chosen number something happens.
"""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import Session

from integrations.faults import armed
from integrations.ledger import Ledger

AFTER_COMMIT = "commit.after"
Act = Callable[[int, str], None]
_STATEMENT = re.compile(r'(?is)^\s*(UPDATE|\w+)(?:(?:.*?\b(?:FROM|INTO))?\s+"?(\w+)"?)?')


class Points:
    """Counts the points that are passed, in every thread, and calls `act` with each number (1 …) and name."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.passed = 0
        self._lock = threading.Lock()

    def __call__(self, name: str) -> None:
        with self._lock:
            self.passed += 1
            number = self.passed
        self.act(number, name)

    @contextmanager
    def watching(self, ledger: Ledger) -> Iterator["Points"]:
        """Count while the block runs."""
        hooks = [hook for engine in (ledger.writer, ledger.reader) for hook in self._hooks(engine)]
        hooks.append((Session, "after_commit", lambda _: self(AFTER_COMMIT)))
        for target, what, listener in hooks:
            event.listen(target, what, listener)
        try:
            with armed(self):
                yield self
        finally:
            for target, what, listener in hooks:
                event.remove(target, what, listener)

    def _hooks(self, engine: Engine) -> list[tuple[Any, str, Callable[..., None]]]:
        def statement(_: object, __: object, text: str, *___: object) -> None:
            self(_name(text))

        return [
            (engine, "before_cursor_execute", statement),
            (engine, "commit", lambda _: self("commit.before")),
        ]


def _name(text: str) -> str:
    """E.g. `update delivery`, without a value."""
    found = _STATEMENT.match(text)
    return " ".join(filter(None, found.groups())).lower() if found else "statement"


def kill_at(number: int, tell: Callable[[str], object]) -> Act:
    """Die there, by SIGKILL, after telling the name of the point."""

    def act(passed: int, name: str) -> None:
        if passed == number:
            tell(name)
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()

    return act
