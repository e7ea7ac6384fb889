"""How long everything that one claim does at a partner's system may take: a lease holds longer than that."""

from time import monotonic
from typing import Any

from integrations.http import Door, Reply
from integrations.http.judge import out_of_time


class Patience:
    """Counts from the moment it is made. `longest`: seconds after which no new exchange begins."""

    def __init__(self, longest: float) -> None:
        self._until = monotonic() + longest

    def check(self) -> None:
        """Raises Unanswered `grens-verstreken` when it is over; what is missing is done at the next try."""
        if monotonic() > self._until:
            raise out_of_time(True)


class PatientDoor(Door):
    """A door that begins no new exchange, nor a next page, once the patience is over."""

    def __init__(self, patience: Patience, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._patience = patience

    def ask(self, *given: Any, **named: Any) -> Reply:
        """As Door.ask."""
        self._patience.check()
        return super().ask(*given, **named)
