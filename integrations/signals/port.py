"""The port of signals: our references go in, coded signals come out. Who the household is, stays on the other side."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from domain.signals import Sign


class SignalSource(Protocol):
    """A source of signals about our cases. Methods raise Unanswered (integrations.http) or an OutsideFailure."""

    name: str

    def follow(self, references: frozenset[str]) -> None:
        """From now on these cases are followed, and no others."""
        ...

    def signals(self, since: date) -> Iterable[Sign]:
        """What was signalled since this day; the same may come again."""
        ...
