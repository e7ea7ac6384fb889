"""How a term is counted (Algemene termijnenwet; the rule stands in docs/decisions/0003).

The day of the starting event is day 0 and day 1 is the next counted day. A term ends at 23:59:59 Amsterdam time and
rolls to the first day on which a term may end. Hours are elapsed hours: no calendar, straight through nights,
weekends and the change of summer time.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from domain.calendar_nl import ONE_DAY, Calendar
from domain.dutch import AMSTERDAM, amount, day_text, listing, moment_text
from domain.errors import InputRefusal


class Unit(StrEnum):
    """What a term is counted in."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"


UNIT_WORDS: dict[Unit, tuple[str, str]] = {
    Unit.WORKING_DAYS: ("werkdag", "werkdagen"),
    Unit.DAYS: ("dag", "dagen"),
    Unit.WEEKS: ("week", "weken"),
    Unit.MONTHS: ("maand", "maanden"),
    Unit.YEARS: ("jaar", "jaar"),
    Unit.HOURS: ("uur", "uur"),
}


@dataclass(frozen=True)
class Term:
    """So many units. `rolls` False: the end stays where it falls (retention, advice on a home ban)."""

    amount: int
    unit: Unit
    rolls: bool = True

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("a term cannot be negative")

    def __str__(self) -> str:
        return amount(self.amount, *UNIT_WORDS[self.unit])


@dataclass(frozen=True)
class Due:
    """When something is due: the moment (aware, UTC), its Amsterdam date, and how it was counted, in Dutch."""

    moment: datetime
    on: date
    explanation: str
    warnings: tuple[str, ...] = ()


def local_date(moment: datetime) -> date:
    """The Amsterdam date of an aware moment; KR-TIJD-ONGELDIG when the moment has no time zone."""
    if moment.utcoffset() is None:
        raise InputRefusal("KR-TIJD-ONGELDIG")
    return moment.astimezone(AMSTERDAM).date()


def at_hour(day: date, hour: int) -> datetime:
    """This day at this hour on the Amsterdam clock (aware, Amsterdam)."""
    return datetime.combine(day, time(hour), tzinfo=AMSTERDAM)


def end_of_day(day: date) -> datetime:
    """23:59:59 on the Amsterdam clock of this day (aware, UTC)."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=AMSTERDAM).astimezone(UTC)


def due(start: datetime, term: Term, calendar: Calendar) -> Due:
    """When a term that starts at this aware moment is due."""
    day = local_date(start)
    if term.unit is not Unit.HOURS:
        return due_from_date(day, term, calendar)
    moment = start.astimezone(UTC) + timedelta(hours=term.amount)
    return Due(moment, local_date(moment), f"{term} vanaf {moment_text(start)}")


def due_from_date(day: date, term: Term, calendar: Calendar) -> Due:
    """When a term with this day as day 0 is due. ValueError for hours: these need a moment."""
    end = _counted(day, term, calendar)
    on = calendar.next_end(end) if term.rolls else end
    return Due(end_of_day(on), on, _explained(day, term, end, on, calendar), _warnings(day, term, end, on, calendar))


def add_working_days(day: date, amount: int, calendar: Calendar) -> date:
    """The working day so many working days after this day; 0: this day, or the first working day after it."""
    return _stepped(day, amount, ONE_DAY, calendar)


def working_days_before(day: date, amount: int, calendar: Calendar) -> date:
    """The working day so many working days before this day; 0: this day, or the last working day before it."""
    return _stepped(day, amount, -ONE_DAY, calendar)


def _stepped(day: date, amount: int, step: timedelta, calendar: Calendar) -> date:
    while amount == 0 and not calendar.counts(day):
        day += step
    while amount > 0:
        day += step
        amount -= calendar.counts(day)
    return day


def _counted(day: date, term: Term, calendar: Calendar) -> date:
    match term.unit:
        case Unit.WORKING_DAYS:
            return add_working_days(day, term.amount, calendar)
        case Unit.DAYS | Unit.WEEKS:
            return day + term.amount * timedelta(days=7 if term.unit is Unit.WEEKS else 1)
        case Unit.MONTHS | Unit.YEARS:
            return _add_months(day, term.amount * (12 if term.unit is Unit.YEARS else 1))
        case _:
            raise ValueError("a term in hours starts at a moment, not on a day")


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _explained(day: date, term: Term, end: date, on: date, calendar: Calendar) -> str:
    text = f"{term} vanaf {day_text(day)}"
    if term.unit is Unit.WORKING_DAYS and (skipped := _skipped(day, end, calendar)):
        text += f", {listing(skipped)} overgeslagen"
    if on != end:
        name = f" ({calendar.name(end)})" if calendar.name(end) else ""
        text += f"; einde {day_text(end)}{name} schuift door naar {day_text(on)}"
    return text


def _skipped(day: date, end: date, calendar: Calendar) -> list[str]:
    days = (day + n * ONE_DAY for n in range(1, (end - day).days))
    return [calendar.name(d) for d in days if d.weekday() < 5 and not calendar.counts(d)]


def _warnings(day: date, term: Term, end: date, on: date, calendar: Calendar) -> tuple[str, ...]:
    """Only the years in which an equated day that was not loaded could move this date."""
    lenient = term.unit is Unit.WORKING_DAYS and not calendar.equated_count_as_working
    if not (term.rolls or lenient):
        return ()
    years = range((day if lenient else end).year, on.year + 1)
    return tuple(warning for year in years if (warning := calendar.warning(year)))
