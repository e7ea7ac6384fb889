"""Working hours, the duty roster and absence: when a message may leave, and who is there at a moment.

Nothing leaves outside working hours but an alarm and what goes to somebody on duty (POLICY, agreed with the council:
no more pressure than the work gives). Amsterdam wall time on the working days of the calendar; all moments aware.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from domain.calendar_nl import ONE_DAY, Calendar
from domain.dutch import AMSTERDAM
from domain.policy.model import Hours
from domain.terms import at_hour, local_date

LEFT = "left"
"""An absence without an end: this professional stays inactive when the region is loaded again."""


class AbsenceCause(StrEnum):
    """Why somebody is away for a while."""

    LEAVE = "leave"
    SICK = "sick"
    OTHER = "other"


class AssignReason(StrEnum):
    """Why a case gets another fixed worker: continuity is what the family asks, so a change has a reason."""

    LEAVE = "leave"
    SICK = "sick"
    LEFT = "left"
    WORKLOAD = "workload"
    EXPERTISE = "expertise"
    OTHER = "other"


@dataclass(frozen=True)
class Span:
    """From when (included) until when (not included) somebody is away or on a shift; None: until told."""

    code: str
    from_at: datetime
    until_at: datetime | None = None

    def covers(self, now: datetime) -> bool:
        """True when `now` lies within it."""
        return self.from_at <= now and (self.until_at is None or now < self.until_at)


@dataclass(frozen=True)
class Duty:
    """The duty roster and the absences of the region."""

    shifts: tuple[Span, ...] = ()
    absences: tuple[Span, ...] = ()

    def away(self, now: datetime) -> frozenset[str]:
        """The codes that are away."""
        return _covered(self.absences, now)

    def on_shift(self, now: datetime) -> frozenset[str]:
        """The codes whose turn it is on the duty roster, and who are there."""
        return _covered(self.shifts, now) - self.away(now)

    def changes(self, after: datetime, before: datetime) -> list[datetime]:
        """The moments between these two at which somebody comes or goes, in order."""
        ends = (moment for span in (*self.shifts, *self.absences) for moment in (span.from_at, span.until_at))
        return sorted({moment for moment in ends if moment is not None and after < moment < before})

    def away_until(self, code: str, now: datetime) -> datetime | None:
        """When this absent professional comes back, as far as known; None when nobody knows, or when not away.

        Absences that follow or overlap each other count as one.
        """
        back, own = now, sorted((span for span in self.absences if span.code == code), key=_beginning)
        for span in own:
            if span.covers(back):
                if span.until_at is None:
                    return None
                back = span.until_at
        return back if back > now else None


def _covered(spans: Iterable[Span], now: datetime) -> frozenset[str]:
    return frozenset(span.code for span in spans if span.covers(now))


def _beginning(span: Span) -> datetime:
    return span.from_at


def working_time(now: datetime, hours: Hours, calendar: Calendar) -> bool:
    """True on a working day, from the first hour up to the last."""
    return calendar.counts(local_date(now)) and hours.from_hour <= now.astimezone(AMSTERDAM).hour < hours.until_hour


def next_opening(moment: datetime, hours: Hours, calendar: Calendar) -> datetime:
    """The first moment from this one on that is working time (aware, UTC): this moment itself when it is."""
    if working_time(moment, hours, calendar):
        return moment.astimezone(UTC)
    day = local_date(moment)
    while not calendar.counts(day) or _opening(day, hours) < moment:
        day += ONE_DAY
    return _opening(day, hours)


def _opening(day: date, hours: Hours) -> datetime:
    return at_hour(day, hours.from_hour).astimezone(UTC)


def on_duty(roles: Mapping[str, Set[str]], duty: Duty, hours: Hours, now: datetime) -> frozenset[str]:
    """The codes a message may go to at any hour: who has a shift, and the holders of a role that is always on duty.

    `roles`: code → roles, of those who still work here. While a shift of such a role runs, its other holders are off.
    """
    turn = duty.on_shift(now) & roles.keys()
    found = set(turn)
    for role in hours.always_on_duty:
        holders = {code for code, held in roles.items() if role in held}
        found |= holders & turn or holders
    return frozenset(found)
