"""The main job on a full year's input: reports imported day by day and swept under the virtual clock.

An eighth of a region's reports for every change; all 5 100 in `make bench`, and here with FAULT_TIER=full.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from benchmarks.region_year import START, run_year
from domain.generate import MEAN_REGION
from domain.terms import at_hour
from integrations.ledger import Ledger
from integrations.ledger.audit import verify
from integrations.ledger.tables import Case, Message, MessageState, Step, StepState
from tests.faults.tier import scaled


@pytest.mark.timeout(600)
def test_a_region_year_is_imported_and_swept_day_by_day(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    reports = scaled(MEAN_REGION // 8, MEAN_REGION)
    year = run_year(tmp_path, reports)
    figures = f"{year.reports} meldingen, {year.cases} zaken, {year.messages} berichten, {year.days} dagen"
    record_property("said", f"Een regiojaar: {figures} in {year.seconds:.0f} s")
    assert (year.reports, year.days) == (reports, 365)
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    try:
        _nothing_is_forgotten(ledger)
    finally:
        ledger.dispose()


def _nothing_is_forgotten(ledger: Ledger) -> None:
    end = at_hour(START.replace(year=START.year + 1), 0)
    with ledger.reading() as session:
        overlooked = select(func.count()).where(Step.state == StepState.OPEN, col(Step.next_action_at) <= end)
        assert session.exec(overlooked).one() == 0
        long_late = select(Step.id).where(Step.state == StepState.OPEN, col(Step.due_at) < end - timedelta(days=5))
        late = set(session.exec(long_late).all())
        said = select(Message.step_id).where(Message.rung == "L1", Message.state != MessageState.SKIPPED)
        assert late
        assert late <= set(session.exec(said).all())
        assert session.exec(select(func.count()).where(Case.sight == "", Case.state != "closed")).one() == 0
        assert verify(session) is None
