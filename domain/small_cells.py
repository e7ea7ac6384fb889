"""Small cells: which counts may be told in public, and how (process catalogue 4.2: as CBS does).

A count below the limit (POLICY privacy.suppress_below) is hidden, and so is a complementary one wherever a sum would
give the hidden count away: over the municipalities of a region, and over the parts of a measure. Zero is told.
What is told is rounded (privacy.round_to).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from domain.figures import REGION
from domain.measures import Measure

Cell = tuple[str, str]  # measure, place
Counts = Mapping[str, Mapping[str, int]]  # place → measure → count


def hidden_cells(counts: Counts, measures: Sequence[Measure], below: int) -> frozenset[Cell]:
    """The cells that may not be told: small ones, complementary ones, and what rests on one of them."""
    plain = [measure for measure in measures if not measure.guard]
    values = {(m.name, place): counts[place].get(m.name, 0) for m in plain for place in counts}
    hidden = {cell for cell, value in values.items() if 0 < value < below}
    sums = list(_sums(counts, plain))
    while found := [cell for line in sums for cell in _complement(line, hidden, values)]:
        hidden.update(found[:1])
    return frozenset(hidden | set(_guarded(counts, measures, hidden)))


def rounded(count: int, to: int) -> int:
    """To the nearest multiple, halves up: 12 → 10 and 13 → 15 for 5."""
    return (2 * count + to) // (2 * to) * to


def _sums(counts: Counts, measures: Iterable[Measure]) -> Iterator[list[Cell]]:
    """Lines whose last cell is the sum of the others."""
    shown = {measure.name for measure in measures}
    for measure in measures:
        yield [(measure.name, place) for place in counts if place != REGION] + [(measure.name, REGION)]
        for parts in measure.parts:
            if shown.issuperset(parts):
                yield from ([*((part, place) for part in parts), (measure.name, place)] for place in counts)


def _complement(line: list[Cell], hidden: set[Cell], values: Mapping[Cell, int]) -> list[Cell]:
    """The cell to hide beside the only hidden one of a line: the smallest that holds someone, the sum last."""
    if sum(cell in hidden for cell in line) != 1:
        return []
    candidates = [cell for cell in line if cell not in hidden and values[cell] > 0]
    return [min(candidates, key=lambda cell: (cell == line[-1], values[cell]))] if candidates else []


def _guarded(counts: Counts, measures: Iterable[Measure], hidden: set[Cell]) -> Iterator[Cell]:
    """Medians and days are told only when the count they rest on is told."""
    for measure in measures:
        if measure.guard:
            yield from ((measure.name, place) for place in counts if (measure.guard, place) in hidden)
