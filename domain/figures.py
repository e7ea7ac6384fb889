"""Figures for the region: the periods they cover, and the counts of one period by municipality.

Periods are half-open [start, until), whole Amsterdam days (process catalogue 4.1). Fortnights count from an anchor
Monday (POLICY). Publication moves to the next working day; the borders of the period never do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.calendar_nl import Calendar
from domain.dutch import day_text
from domain.errors import InputRefusal
from domain.terms import add_working_days, at_hour

FORTNIGHT = timedelta(days=14)
REGION = ""
"""The key of the region's total among the places."""

_HALF = re.compile(r"(20\d\d)-([12])")


@dataclass(frozen=True)
class Period:
    """The days from `start` up to, and not including, `until`."""

    start: date
    until: date

    @property
    def begins(self) -> datetime:
        """The first moment of the period (aware)."""
        return at_hour(self.start, 0)

    @property
    def ends(self) -> datetime:
        """The first moment after the period (aware)."""
        return at_hour(self.until, 0)

    def __str__(self) -> str:
        return f"{day_text(self.start)} tot en met {day_text(self.until - timedelta(days=1))}"


@dataclass(frozen=True)
class Figures:
    """Counts by place (code of the municipality, or REGION) and measure, as known at `known_until`.

    `places` gives each municipality with its title. The same period and `known_until` give the same numbers for ever.
    """

    period: Period
    known_until: datetime
    policy_version: str
    places: tuple[tuple[str, str], ...]
    counts: Mapping[str, Mapping[str, int]]


def published_on(until: date, calendar: Calendar) -> date:
    """The day a period that ends before `until` is published: that day, or the first working day after it."""
    return add_working_days(until, 0, calendar)


def fortnight(anchor: date, day: date) -> Period:
    """The last fortnight that has ended on `day`; one that ends before `day` itself counts."""
    until = anchor + (day - anchor) // FORTNIGHT * FORTNIGHT
    return Period(until - FORTNIGHT, until)


def published_fortnight(anchor: date, on: date, calendar: Calendar) -> Period:
    """The fortnight whose overview was published last on this day."""
    last = fortnight(anchor, on)
    return last if published_on(last.until, calendar) <= on else fortnight(anchor, last.start)


def half_year(text: str) -> Period:
    """The half year `2026-1` (1 January to 1 July) or `2026-2`. Raises InputRefusal KR-PERIODE."""
    match = _HALF.fullmatch(text)
    if match is None:
        raise InputRefusal("KR-PERIODE")
    year = int(match[1])
    first, second, third = date(year, 1, 1), date(year, 7, 1), date(year + 1, 1, 1)
    return Period(first, second) if match[2] == "1" else Period(second, third)


def year_so_far(period: Period) -> Period:
    """From 1 January of the year of the period's last day to the end of the period."""
    return Period(date((period.until - timedelta(days=1)).year, 1, 1), period.until)
