"""A region-year of synthetic reports with the proportions of 2023 (figures_2023): invented, and the same for a seed.

First reports, repeats and unclassified ones get a household of their own (a repeat is known from before this year).
A follow-up joins a household reported earlier in the year, as long ago as its class says.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random

from domain.figures_2023 import EARLIER_INVOLVEMENT, NATURE, REPORTERS
from domain.reports import IncomingReport
from domain.synthetic_households import Household, new_household, new_numbers
from domain.synthetic_moments import Year
from domain.synthetic_region import SyntheticRegion
from domain.synthetic_reports import RHYTHMS, new_report

MEAN_REGION = 5_100
"""Reports a year in a region of average size."""

# How long after the household's last report each follow-up comes: an assessment takes a week, a service ten weeks.
SINCE_LAST = {
    "follow_up_during_monitoring": (timedelta(days=80), timedelta(days=365)),
    "follow_up_after_assessment": (timedelta(days=8), timedelta(days=78)),
    "follow_up_during_assessment": (timedelta(hours=1), timedelta(days=6)),
}


def region_year(region: SyntheticRegion, start: date, count: int, rng: Random) -> tuple[IncomingReport, ...]:
    """`count` reports in the year from `start`, in order of receipt.

    The proportions hold exactly for reporter class and, from some hundreds of reports on, for earlier involvement;
    nature and acuteness are drawn and stay within 2 percentage points on 5 100.
    """
    reporters = quota(REPORTERS, count, rng)
    year = Year(start)
    slots = sorted((year.moment(RHYTHMS[reporter], rng), reporter) for reporter in reporters)
    classes = _classes([moment for moment, _ in slots], rng)
    natures, numbers = iter(quota(NATURE, count, rng)), new_numbers(start.year, 2 * count, rng)
    history, reports = _History(), []
    for (moment, reporter), classification in zip(slots, classes, strict=True):
        household = history.household(moment, classification, rng)
        if household is None:
            household = _new(region, next(natures), start.year, next(numbers), rng)
            classification = "first" if classification in SINCE_LAST else classification
        history.add(moment, household)
        report = new_report(region, household, reporter, moment, next(numbers), rng)
        reports.append(report.model_copy(update={"classification": classification}))
    return tuple(reports)


def quota(weights: Mapping[str, int], count: int, rng: Random) -> list[str]:
    """`count` names in a random order, each as often as its weight asks (largest remainder)."""
    total = sum(weights.values())
    shares = {name: divmod(weight * count, total) for name, weight in weights.items()}
    names = [name for name, (whole, _) in shares.items() for _ in range(whole)]
    by_rest = sorted(shares, key=lambda name: -shares[name][1])
    names += by_rest[: count - len(names)]
    rng.shuffle(names)
    return names


def _classes(moments: Sequence[datetime], rng: Random) -> list[str]:
    """A class for each moment; a follow-up only where the year is old enough for an earlier report."""
    wanted = quota(EARLIER_INVOLVEMENT, len(moments), rng)
    placed: dict[int, str] = {}
    for name, (shortest, _) in SINCE_LAST.items():
        late = bisect_left(moments, moments[0] + shortest)
        free = [place for place in range(late, len(moments)) if place not in placed]
        placed |= dict.fromkeys(rng.sample(free, min(wanted.count(name), len(free))), name)
    rest = iter([name for name in wanted if name not in SINCE_LAST])
    return [placed[place] if place in placed else next(rest, "first") for place in range(len(moments))]


def _new(region: SyntheticRegion, concern: str, year: int, number: str, rng: Random) -> Household:
    place = rng.choices(region.places, [place.weight for place in region.places])[0]
    return new_household(number, place, concern, year, rng)


class _History:
    """The reports made so far, in order of receipt, to find households for follow-ups."""

    def __init__(self) -> None:
        self._moments: list[datetime] = []
        self._households: list[Household] = []
        self._last: dict[str, int] = {}

    def add(self, moment: datetime, household: Household) -> None:
        self._last[household.number] = len(self._moments)
        self._moments.append(moment)
        self._households.append(household)

    def household(self, moment: datetime, classification: str, rng: Random) -> Household | None:
        """A household whose last report was as long ago as this class of follow-up asks; None when there is none."""
        if classification not in SINCE_LAST:
            return None
        return next(self._candidates(moment, *SINCE_LAST[classification], rng), None)

    def _candidates(
        self, moment: datetime, shortest: timedelta, longest: timedelta, rng: Random
    ) -> Iterator[Household]:
        first = bisect_left(self._moments, moment - longest)
        places = list(range(first, bisect_right(self._moments, moment - shortest)))
        rng.shuffle(places)
        yield from (self._households[place] for place in places if self._last[self._households[place].number] == place)
