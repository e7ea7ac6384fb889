"""A region-year: 5 100 synthetic reports, imported day by day as files and swept each morning and evening."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlmodel import col, func, select

from benchmarks.line import report
from deployments.demo import kustland
from domain.generate import MEAN_REGION, region_year
from domain.reports import IncomingReport
from domain.synthetic_region import KUSTLAND
from domain.terms import at_hour, local_date
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Case, Message, Report, Step, StepState
from integrations.report_files import write_reports
from tasks.import_reports import import_reports
from tasks.load_region import load_region
from tasks.record_answer import record_answer
from tasks.sweep_deadlines import sweep_deadlines

START = date(2025, 1, 1)
IMPORTER = "VT-911"


@dataclass(frozen=True)
class Year:
    """What a year came to: reports, cases, open steps, messages planned, days, seconds, and the ledger's size in MB."""

    reports: int
    cases: int
    open_steps: int
    messages: int
    days: int
    seconds: float
    import_seconds: float
    answer_seconds: float
    sweep_seconds: float
    ledger_mb: float


def run_year(folder: Path, count: int = MEAN_REGION, seed: int = 1) -> Year:
    """Live a whole year under the virtual clock in a fresh ledger in `folder`."""
    ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    ledger.upgrade()
    load_region(ledger, kustland(), at_hour(START, 0))
    with ledger.unit_of_work(now=at_hour(START, 0), actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    by_day = _by_day(region_year(KUSTLAND, START, count, Random(seed)))
    spent = {"import": 0.0, "answer": 0.0, "sweep": 0.0}
    began, days = time.perf_counter(), 0
    for day in _days():
        days += 1
        _sweep(ledger, at_hour(day, 8), spent)
        _import(ledger, folder, day, by_day.get(day, []), spent)
        _duty_desk(ledger, at_hour(day + timedelta(days=1), 0) - timedelta(seconds=1), spent)
        _sweep(ledger, at_hour(day + timedelta(days=1), 0), spent)
    year = _counted(ledger, days, time.perf_counter() - began, spent, folder)
    ledger.dispose()
    return year


def _by_day(reports: tuple[IncomingReport, ...] | list[IncomingReport]) -> dict[date, list[IncomingReport]]:
    days: dict[date, list[IncomingReport]] = defaultdict(list)
    for incoming in reports:
        days[local_date(incoming.received_at)].append(incoming)
    return days


def _days() -> Iterator[date]:
    day = START
    while day < START.replace(year=START.year + 1):
        yield day
        day += timedelta(days=1)


def _import(ledger: Ledger, folder: Path, day: date, reports: list[IncomingReport], spent: dict[str, float]) -> None:
    if not reports:
        return
    path, began = folder / f"{day.isoformat()}.csv", time.perf_counter()
    write_reports(path, reports)
    end = at_hour(day + timedelta(days=1), 0) - timedelta(seconds=1)
    imported = import_reports(ledger, path, IMPORTER, end)
    assert (imported.refused, imported.reports) == ((), len(reports))
    path.unlink()
    spent["import"] += time.perf_counter() - began


def _duty_desk(ledger: Ledger, now: datetime, spent: dict[str, float]) -> None:
    """The one thing that cannot wait is done the same day; everything else is left, so that the whole ladder climbs."""
    began = time.perf_counter()
    with ledger.reading() as session:
        waiting = select(Step.id).where(Step.kind == "immediate_safety_check", Step.state == StepState.OPEN)
        steps = session.exec(waiting).all()
    for step in steps:
        record_answer(ledger, step, {"outcome": "not_acute"}, IMPORTER, door="proef", now=now)
    spent["answer"] += time.perf_counter() - began


def _sweep(ledger: Ledger, now: datetime, spent: dict[str, float]) -> None:
    began = time.perf_counter()
    swept = sweep_deadlines(ledger, now)
    assert swept.failed == 0
    spent["sweep"] += time.perf_counter() - began


def _counted(ledger: Ledger, days: int, seconds: float, spent: dict[str, float], folder: Path) -> Year:
    with ledger.reading() as session:
        counts = [session.exec(select(func.count()).select_from(table)).one() for table in (Report, Case, Message)]
        open_steps = session.exec(select(func.count()).where(col(Step.state) == StepState.OPEN)).one()
    size = sum(path.stat().st_size for path in folder.glob("ledger.sqlite*")) / 1e6
    reports, cases, messages = counts
    return Year(
        reports, cases, open_steps, messages, days, seconds, spent["import"], spent["answer"], spent["sweep"], size
    )


def main() -> None:
    """One JSON line, as every benchmark prints."""
    with TemporaryDirectory() as folder:
        year = run_year(Path(folder))
    report(
        "region_year",
        n=year.reports,
        open_steps=year.open_steps,
        seconds=year.seconds,
        messages=year.messages,
        import_seconds=year.import_seconds,
        answer_seconds=year.answer_seconds,
        sweep_seconds=year.sweep_seconds,
        ledger_mb=year.ledger_mb,
    )


if __name__ == "__main__":
    main()
