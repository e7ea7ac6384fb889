"""The days of the Algemene termijnenwet (ATW), on top of the `holidays` library.

Two sets, since an equated day is a working day on which a term may not end (ATW art. 1 and 3):
`counts` = Monday to Friday and not a recognised holiday; `may_end` = that, and not an equated day.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from holidays import country_holidays

GOOD_FRIDAY = "Goede vrijdag"
"""Equated by ATW art. 3(2) itself; all other equated days come from a royal decree."""

RECOGNISED = frozenset(
    {
        "Nieuwjaarsdag",
        "Eerste paasdag",
        "Tweede paasdag",
        "Koningsdag",
        "Bevrijdingsdag",
        "Hemelvaartsdag",
        "Eerste pinksterdag",
        "Tweede pinksterdag",
        "Eerste kerstdag",
        "Tweede kerstdag",
    }
)
"""ATW art. 3(1), plus the two Sundays Easter and Whit. Other days that the library may add are ignored."""

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def _named_days(year: int) -> Mapping[date, str]:
    # "optional" has 5 May every year; "public" has it in lustrum years only, the rule for wages, not for terms.
    days = country_holidays("NL", years=year, categories=("public", "optional"), language="nl")
    return MappingProxyType(dict(days.items()))


def _name(day: date, among: frozenset[str]) -> str | None:
    names = [name for name in _named_days(day.year).get(day, "").split("; ") if name in among]
    return " en ".join(names) or None


def recognised(day: date) -> str | None:
    """The Dutch name of the recognised holiday on this day (ATW art. 3(1)), else None."""
    return _name(day, RECOGNISED)


def equated_name(day: date) -> str:
    """What to call a day equated by decree: `dag na Hemelvaartsdag`, else `gelijkgestelde dag`."""
    before = recognised(day - ONE_DAY)
    return f"dag na {before}" if before else "gelijkgestelde dag"


class Calendar:
    """Which days count and on which days a term may end.

    `equated` holds the days equated by royal decree with their Dutch names (Good Friday needs no decree).
    `equated_count_as_working` is POLICY: True gives the earlier, safer date. `loaded_years` are the years whose
    decree was read; left out, the years that occur in `equated`.
    """

    def __init__(
        self,
        equated: Mapping[date, str],
        equated_count_as_working: bool,
        loaded_years: Iterable[int] | None = None,
    ) -> None:
        self._equated = dict(equated)
        self.equated_count_as_working = equated_count_as_working
        self.loaded_years = frozenset(loaded_years if loaded_years is not None else (day.year for day in equated))
        self._counts: dict[date, bool] = {}

    def recognised(self, day: date) -> str | None:
        """The Dutch name of the recognised holiday on this day, else None."""
        return recognised(day)

    def equated(self, day: date) -> str | None:
        """The Dutch name of an equated day (Good Friday, or by royal decree), else None."""
        return self._equated.get(day) or _name(day, frozenset({GOOD_FRIDAY}))

    def counts(self, day: date) -> bool:
        """True for a working day: it counts in a term of working days. Worked out once a day of the calendar."""
        known = self._counts.get(day)
        if known is None:
            known = self._counts[day] = self._worked_out(day)
        return known

    def _worked_out(self, day: date) -> bool:
        if day.weekday() >= 5 or recognised(day):
            return False
        return self.equated_count_as_working or not self.equated(day)

    def may_end(self, day: date) -> bool:
        """True when a term may end on this day (ATW art. 1(1))."""
        return self.counts(day) and not self.equated(day)

    def next_end(self, day: date) -> date:
        """This day when a term may end on it, else the first later day on which it may."""
        while not self.may_end(day):
            day += ONE_DAY
        return day

    def name(self, day: date) -> str:
        """The name of the recognised holiday or the equated day on this day; empty for any other day."""
        return recognised(day) or self.equated(day) or ""

    def warning(self, year: int) -> str | None:
        """A Dutch warning when no decree with equated days was loaded for this year, else None."""
        if year in self.loaded_years:
            return None
        return f"Voor {year} is geen besluit met gelijkgestelde dagen geladen; de einddatum kan te vroeg zijn."
