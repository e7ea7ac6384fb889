"""When synthetic reports come in: offices on working days, the police at any hour, most in evenings and weekends."""

from bisect import bisect
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from domain.calendar_nl import recognised
from domain.dutch import AMSTERDAM

SUNDAY = 6


@dataclass(frozen=True)
class Rhythm:
    """Weights of the days of the week (Monday first) and of the 24 hours; a holiday counts as a Sunday."""

    days: tuple[float, ...]
    hours: tuple[float, ...]


# Own estimates: no public figures on the hour of a report were found.
POLICE = Rhythm(
    (13, 13, 13, 13, 14, 17, 17),
    (5, 4, 3.5, 3, 2, 1.5, 1.5, 2, 3, 3.5, 4, 4, 4, 4, 4, 4.5, 5, 5.5, 6, 6, 6.5, 7, 7, 6),
)
OFFICE = Rhythm(
    (24, 21, 18, 20, 14, 1.5, 1.5),
    (0, 0, 0, 0, 0, 0, 0.2, 1, 6, 11, 13, 12, 8, 11, 13, 13, 9, 3, 1, 0.7, 0.6, 0.5, 0, 0),
)
CITIZENS = Rhythm(
    (17, 16, 15, 15, 14, 11, 12),
    (1, 0.5, 0.5, 0.3, 0.3, 0.3, 0.5, 1, 4, 6, 7, 7, 6, 6, 7, 7, 7, 6, 6, 6, 6, 5, 3, 2),
)


class Year:
    """The days from `start` up to the same date a year later, from which moments are drawn by a rhythm."""

    def __init__(self, start: date) -> None:
        number = (_year_later(start) - start).days
        self._days = [start + timedelta(days=offset) for offset in range(number)]
        self._weekdays = [SUNDAY if recognised(day) else day.weekday() for day in self._days]
        self._weights: dict[tuple[float, ...], list[float]] = {}

    def moment(self, rhythm: Rhythm, rng: Random) -> datetime:
        """An aware Amsterdam moment that exists: the hour that summer time skips becomes the next one."""
        if (weights := self._weights.get(rhythm.days)) is None:
            weights = self._weights[rhythm.days] = list(accumulate(rhythm.days[number] for number in self._weekdays))
        day = self._days[bisect(weights, rng.random() * weights[-1])]
        hour = rng.choices(range(24), rhythm.hours)[0]
        wall = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), tzinfo=AMSTERDAM)
        return wall.astimezone(UTC).astimezone(AMSTERDAM)


def _year_later(start: date) -> date:
    """29 February is followed by 1 March."""
    try:
        return start.replace(year=start.year + 1)
    except ValueError:
        return date(start.year + 1, 3, 1)
