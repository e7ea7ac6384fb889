"""Suspension and extension: why a due moment may move later, how far, and what the term is without the pause.

A clock that is suspended stands still from one day up to and including another; what was left of the term is left
after it. Only clocks of an agreement may be suspended, so nothing of the law ever waits (POLICY, `suspension_*`). What
the law lets run longer (C6) runs longer for the law's own reasons only.
"""

from dataclasses import dataclass
from datetime import date, datetime

from domain.calendar_nl import ONE_DAY, Calendar
from domain.dutch import day_text
from domain.errors import InputRefusal, StateRefusal
from domain.policy import Clock
from domain.terms import Term, Unit, add_working_days, end_of_day, local_date

REASONS: dict[str, str] = {
    "safety": "Veiligheid van een betrokkene",
    "evidence": "Belang van bewijs",
    "illness": "Ziekte",
    "waits_for_partner": "Wacht op een andere organisatie",
    "other": "Andere oorzaak",
}
"""Reasons are coded, so that they can be counted and hold nothing about persons."""

LEGAL_REASONS = ("safety", "evidence")


@dataclass(frozen=True)
class Pause:
    """One suspension of a clock: the day it was recorded, and the last day it holds or held."""

    on: date
    last: date


@dataclass(frozen=True)
class Elapsed:
    """How long a step took so far, in `unit` (working days or days): with and without what was suspended."""

    gross: int
    net: int
    unit: Unit


def check_reason(reason: str, clock: Clock) -> None:
    """Raise InputRefusal KR-REDEN for a reason that does not exist, or that the law does not know for this clock."""
    allowed = LEGAL_REASONS if clock.statutory else tuple(REASONS)
    if reason not in allowed:
        raise InputRefusal("KR-REDEN", reasons=", ".join(allowed))


def check_pause(pause: Pause, clock: Clock, calendar: Calendar) -> None:
    """Raise KR-OPSCHORTING when this clock is never suspended, KR-OPSCHORTING-DATUM for a day out of bounds."""
    longest = clock.suspension
    if longest is None:
        raise StateRefusal("KR-OPSCHORTING")
    most = longest.amount * (7 if longest.unit is Unit.WEEKS else 1)
    if days(pause, clock.term.unit, calendar) < 1 or days(pause, longest.unit, calendar) > most:
        raise InputRefusal("KR-OPSCHORTING-DATUM", longest=str(longest))


def days(pause: Pause, unit: Unit, calendar: Calendar) -> int:
    """How many days a pause counts for: working days for a term in working days, else calendar days; never below 0."""
    if unit is not Unit.WORKING_DAYS:
        return max(0, (pause.last - pause.on).days)
    span = range(1, (pause.last - pause.on).days + 1)
    return sum(calendar.counts(pause.on + n * ONE_DAY) for n in span)


def moved(due_at: datetime, pause: Pause, unit: Unit, calendar: Calendar) -> datetime:
    """The due moment after a pause: so many days later, on a day on which a term may end, and never within the pause.

    A pause of no day at all changes nothing.
    """
    number, day = days(pause, unit, calendar), local_date(due_at)
    if not number:
        return due_at
    later = add_working_days(day, number, calendar) if unit is Unit.WORKING_DAYS else day + number * ONE_DAY
    return end_of_day(calendar.next_end(max(later, pause.last)))


def next_look(rung_at: datetime | None, suspended_until: datetime | None, now: datetime) -> datetime | None:
    """When the sweep must look again: at the next rung, or where a suspension ends, for then Prefect's tag must go."""
    ends = suspended_until if suspended_until is not None and suspended_until > now else None
    return min(filter(None, (rung_at, ends)), default=None)


def explained(pause: Pause, unit: Unit, number: int, due_at: datetime) -> str:
    """What the explanation of the due moment says about a pause."""
    span = f"van {day_text(pause.on)} tot en met {day_text(pause.last)}"
    return f"opgeschort {span}: {counted(number, unit)}, einde {day_text(local_date(due_at))}"


def counted(number: int, unit: Unit) -> str:
    """A number of days in words: working days for a term in working days, else days."""
    return str(Term(number, unit if unit is Unit.WORKING_DAYS else Unit.DAYS))


def elapsed(start: datetime, end: datetime, pauses: tuple[Pause, ...], unit: Unit, calendar: Calendar) -> Elapsed:
    """The time from `start` to `end` (now, or when the step was closed), gross and without its pauses (net)."""
    until = local_date(end)
    counts_in = unit if unit is Unit.WORKING_DAYS else Unit.DAYS
    gross = days(Pause(local_date(start), until), unit, calendar)
    still = sum(days(Pause(pause.on, min(pause.last, until)), unit, calendar) for pause in pauses)
    return Elapsed(gross, gross - still, counts_in)
