"""Small cells stay hidden, and so does what would give them away."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.figures import REGION, Figures, Period
from domain.figures_view import HIDDEN, shown, view
from domain.measures import BY_NAME, MEASURES, Measure
from domain.policy.model import Privacy
from domain.small_cells import hidden_cells, rounded

PRIVACY = Privacy(suppress_below=10, round_to=5)
WHOLE = Measure("whole", "Geheel", "G", parts=(("left", "right"),))
PARTS = (Measure("left", "links", "G", share_of="whole"), Measure("right", "rechts", "G"))
MEDIAN = Measure("median", "Middelste", "G", guard="whole")
TABLE = (WHOLE, *PARTS, MEDIAN)
PLACES = ("A", "B", "C")

Numbers = dict[str, dict[str, int]]


def table(*rows: tuple[int, int]) -> Numbers:
    """Counts of left and right for A, B and C, and the sums."""
    counts = {
        place: {"left": left, "right": right, "whole": left + right, "median": 7}
        for place, (left, right) in zip(PLACES, rows, strict=True)
    }
    total = {name: sum(row[name] for row in counts.values()) for name in ("left", "right", "whole")}
    return counts | {REGION: total | {"median": 7}}


def figures(counts: Numbers) -> Figures:
    """Those counts as figures of a period."""
    period = Period(date(2026, 1, 5), date(2026, 1, 19))
    places = tuple((place, f"Gemeente {place}") for place in PLACES)
    return Figures(period, datetime(2026, 1, 19, tzinfo=UTC), "1", places, counts)


def test_a_small_cell_takes_the_smallest_other_cell_with_it() -> None:
    hidden = hidden_cells(table((3, 0), (20, 0), (30, 0)), (PARTS[0],), 10)
    assert hidden == {("left", "A"), ("left", "B")}


def test_parts_of_a_whole_are_protected_as_municipalities_are() -> None:
    hidden = hidden_cells(table((30, 4), (30, 30), (30, 30)), TABLE, 10)
    assert {("right", "A"), ("left", "A"), ("right", "B"), ("left", "B")} <= hidden
    assert ("whole", "A") not in hidden


def test_zero_is_told_and_a_lone_small_count_hides_its_total() -> None:
    counts = table((4, 0), (0, 0), (0, 0))
    told = shown(figures(counts), PRIVACY, (PARTS[0],))
    assert [told[place]["left"] for place in (*PLACES, REGION)] == [None, 0, 0, None]


def test_a_median_is_told_only_where_its_count_is() -> None:
    told = shown(figures(table((4, 0), (20, 0), (30, 0))), PRIVACY, TABLE)
    assert (told["A"]["median"], told["C"]["median"]) == (None, 7)


@pytest.mark.parametrize(("count", "told"), [(10, 10), (12, 10), (13, 15), (17, 15), (18, 20), (0, 0)])
def test_what_is_told_is_rounded_to_five(count: int, told: int) -> None:
    assert rounded(count, 5) == told


def test_inside_numbers_are_whole_with_their_share() -> None:
    lines = view(figures(table((3, 1), (20, 0), (30, 0))), None, TABLE).lines
    assert lines[1].cells == ("3 (75 %)", "20 (100 %)", "30 (100 %)", "53 (98 %)")


def test_in_public_a_share_is_left_out_where_the_rest_would_be_small() -> None:
    measures = (Measure("whole", "Geheel", "G"), PARTS[0])
    cells = view(figures(table((37, 3), (30, 30), (40, 0))), PRIVACY, measures).lines[1].cells
    assert cells == ("35", "30 (50 %)", "40 (100 %)", "105 (76 %)")
    assert HIDDEN not in cells


COUNT = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 60))


@given(st.tuples(*[st.tuples(COUNT, COUNT) for _ in PLACES]))
def test_no_sum_gives_a_hidden_cell_away(rows: tuple[tuple[int, int], ...]) -> None:
    counts = table(*rows)
    told = shown(figures(counts), PRIVACY, TABLE)
    assert not [
        n for row in told.values() for name, n in row.items() if name != "median" and n is not None and 0 < n < 10
    ]
    lines = [[(place, name) for place in (*PLACES, REGION)] for name in ("left", "right", "whole")]
    lines += [[(place, name) for name in ("left", "right", "whole")] for place in (*PLACES, REGION)]
    for line in lines:
        unknown = [counts[place][name] for place, name in line if told[place][name] is None]
        assert len(unknown) != 1


def test_every_part_and_guard_of_the_real_measures_exists_once() -> None:
    assert len(BY_NAME) == len(MEASURES)
    named = {name for measure in MEASURES for parts in measure.parts for name in parts}
    named |= {name for measure in MEASURES for name in (measure.guard, measure.share_of) if name}
    assert named <= set(BY_NAME)
