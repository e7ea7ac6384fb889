"""The board as a coordinator reads it: figures, where to look, and whether the clock still ticks."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.board_text import late_rows, overview
from flows.views import VIEWS
from tasks.read_board import Board, LateLine

AT = datetime(2026, 4, 28, 10, 0, tzinfo=UTC)
LATE = LateLine(
    case_reference="K7Q3-H9FM-C",
    step_id="K7Q3-H9FM-C.004",
    kind="safety_assessment",
    title="Veiligheidsbeoordeling",
    owner="",
    team="VT-NOORD",
    due="ma 27-04-2026 23:59",
    working_days_late=1,
    cause="vt_capacity",
    acute=False,
)
BOARD = Board(
    at=AT,
    late=(LATE,),
    late_count=1,
    open_by_kind={"Veiligheidsbeoordeling": 3},
    open_by_team={"VT-NOORD": 3},
    monitoring=(),
    last_sweep=AT - timedelta(minutes=3),
    next_sweep=AT + timedelta(minutes=2),
    acute=0,
)


def test_the_overview_gives_the_figures_and_a_link_to_every_view() -> None:
    text = overview(BOARD, "http://127.0.0.1:4200/")
    assert "**1** te laat · **0** acuut · **3** open" in text
    assert "di 28-04-2026 12:00" in text
    assert all(f"[{name}](http://127.0.0.1:4200/runs?type=span" in text for name in VIEWS)


@pytest.mark.parametrize(("minutes", "missed"), [(3, False), (9, False), (11, True), (600, True)])
def test_a_missed_round_is_said(minutes: int, missed: bool) -> None:
    last = AT - timedelta(minutes=minutes)
    seen = Board(**{**vars(BOARD), "last_sweep": last, "next_sweep": last + timedelta(minutes=5)})
    assert ("gemist" in overview(seen, "http://x")) is missed


def test_a_region_that_was_never_swept_says_so() -> None:
    seen = Board(**{**vars(BOARD), "last_sweep": None, "next_sweep": None})
    assert "nog **niet bewaakt**" in overview(seen, "http://x")


def test_what_goes_wrong_at_a_partner_is_said_and_nothing_when_all_is_well() -> None:
    assert "Bij partners" not in overview(BOARD, "http://x")
    seen = Board(**{**vars(BOARD), "partners": ("1 overdracht mislukt", "2 overdrachten al twee dagen niet nagelezen")})
    said = "**Bij partners:** 1 overdracht mislukt · 2 overdrachten al twee dagen niet nagelezen."
    assert said in overview(seen, "http://x").split("\n\n")


def test_a_late_step_that_nobody_holds_is_shown_as_such() -> None:
    assert late_rows(BOARD)[0]["wie"] == "niemand"
    assert late_rows(BOARD)[0]["werkdagen te laat"] == 1
