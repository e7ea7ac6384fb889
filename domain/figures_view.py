"""Figures as people and scripts get them: in public with small cells left out and rounded, inside as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.figures import REGION, Figures
from domain.measures import MEASURES, Measure
from domain.policy.model import Privacy
from domain.small_cells import Cell, hidden_cells, rounded

HIDDEN = "."


@dataclass(frozen=True)
class ViewLine:
    """One line of a report: a cell for each place, in the order of `View.places`."""

    name: str
    title: str
    group: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """A report as text; the last place is the region."""

    places: tuple[str, ...]
    lines: tuple[ViewLine, ...]


def shown(figures: Figures, privacy: Privacy | None, measures: Sequence[Measure]) -> dict[str, dict[str, int | None]]:
    """Place → measure → the number that is told, None where it is hidden. `privacy` None: as it is, for inside use."""
    hidden = hidden_cells(figures.counts, measures, privacy.suppress_below) if privacy else frozenset()
    return {
        place: {m.name: _told(counts, m, place, hidden, privacy) for m in measures}
        for place, counts in figures.counts.items()
    }


def view(figures: Figures, privacy: Privacy | None, measures: Sequence[Measure]) -> View:
    """The same as lines of text, with shares as percentages."""
    told = shown(figures, privacy, measures)
    order = [*(code for code, _ in figures.places), REGION]
    lines = [
        ViewLine(m.name, m.title, m.group, tuple(_cell(figures, told[place], m, place, privacy) for place in order))
        for m in measures
    ]
    return View((*(title for _, title in figures.places), "Regio"), tuple(lines))


def fortnightly_measures() -> tuple[Measure, ...]:
    """What the fortnightly overview tells."""
    return tuple(measure for measure in MEASURES if not measure.half_year_only)


def flows(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """What happened in a period, without the states at its end."""
    return tuple(measure for measure in measures if not measure.stock)


def _told(
    counts: Mapping[str, int], measure: Measure, place: str, hidden: frozenset[Cell], privacy: Privacy | None
) -> int | None:
    if (measure.name, place) in hidden:
        return None
    count = counts.get(measure.name, 0)
    return rounded(count, privacy.round_to) if privacy and not measure.guard else count


def _cell(
    figures: Figures, told: Mapping[str, int | None], measure: Measure, place: str, privacy: Privacy | None
) -> str:
    number = told[measure.name]
    if number is None:
        return HIDDEN
    percentage = _percentage(figures.counts[place], told, measure, privacy)
    return f"{number}{percentage}"


def _percentage(
    counts: Mapping[str, int], told: Mapping[str, int | None], measure: Measure, privacy: Privacy | None
) -> str:
    """Of the whole, from the real counts; in public not where the part that is left would be small."""
    whole = counts.get(measure.share_of, 0)
    if not whole or told.get(measure.share_of) is None:
        return ""
    part = counts.get(measure.name, 0)
    if privacy and 0 < whole - part < privacy.suppress_below:
        return ""
    return f" ({(200 * part + whole) // (2 * whole)} %)"
