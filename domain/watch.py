"""The dead man's switch: when a silence is too long, and when it must be told (again, or that it is over)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CLOCK_EVERY = timedelta(minutes=5)
"""Between two rounds by Prefect's clock."""

COMMAND_EVERY = timedelta(minutes=15)
"""Between two rounds by the timer of `ketenregie sweep`, which works without Prefect."""

AGAIN = timedelta(hours=1)
"""An outage is told at most once in this time (POLICY)."""


class Silence(StrEnum):
    """What stands still: Prefect's clock while the command sweeps on, every round, or the ledger itself."""

    CLOCK = "klok"
    ALL = "stil"
    NEVER = "nooit"
    CLOSED = "dicht"


@dataclass(frozen=True)
class Note:
    """What the watch remembers of an outage: since when, and when it was told last (None: not yet)."""

    since: datetime
    told: datetime | None = None


class Word(StrEnum):
    """What to tell now."""

    NOTHING = ""
    ALARM = "alarm"
    OVER = "voorbij"


def silence(last_by_clock: datetime | None, last: datetime | None, now: datetime) -> Silence | None:
    """What has been silent for more than twice its interval. A round in the future is as wrong as one long ago.

    Where Prefect's clock never swept, only the command is watched.
    """
    if last is None:
        return Silence.NEVER
    if abs(now - last) > 2 * COMMAND_EVERY:
        return Silence.ALL
    if last_by_clock is not None and abs(now - last_by_clock) > 2 * CLOCK_EVERY:
        return Silence.CLOCK
    return None


def word(silent: bool, note: Note | None, now: datetime) -> Word:
    """An outage is told at once and then once an hour, its end once; an outage nobody heard of ends unsaid."""
    if silent:
        told = note.told if note else None
        return Word.NOTHING if told is not None and abs(now - told) < AGAIN else Word.ALARM
    return Word.OVER if note and note.told else Word.NOTHING
