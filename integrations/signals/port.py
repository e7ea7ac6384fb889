"""The port of signals: our references go in, coded signals come out. Who the household is, stays on the other side."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from domain.signals import Sign, SignalCode


class SignalSource(Protocol):
    """A source of signals about our cases. Methods raise Unanswered (integrations.http) or an OutsideFailure."""

    name: str

    def follow(self, cases: Mapping[str, date], closed: frozenset[str]) -> None:
        """From now on these cases (reference → the day it came in) are followed, and no others; `closed`: which we know
        to be closed."""
        ...

    def signals(self, since: date) -> Iterable[Sign]:
        """What was signalled since this day; the same may come again."""
        ...


class Memory(Protocol):
    """What a source has to remember from one round to the next. Whoever keeps it has it kept when a method returns."""

    def ours(self) -> frozenset[str]:
        """The marks of the people whom we had followed. A mark says nothing to who lacks the secret it is made with."""
        ...

    def keep(self, marks: frozenset[str]) -> None:
        """From now on these marks are ours, and no others."""
        ...

    def looked(self) -> frozenset[tuple[str, str]]:
        """Who was asked about a first time: reference and mark."""
        ...

    def heard(self, reference: str, mark: str, code: SignalCode | None) -> date:
        """Of a code without a day of its own: the day it was first heard and has held since, which is today when new.

        Every other such code of this person is over, and forgotten; with None all are.
        """
        ...
