"""A sweep that decides and records 10 000 due reminders among 100 000 open steps, and one with nothing due (SQLite)."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from benchmarks.line import report
from deployments.demo import kustland
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Case, Step
from tasks.load_region import load_region
from tasks.sweep_deadlines import sweep_deadlines

NOW = datetime(2026, 4, 28, 7, tzinfo=UTC)
OPEN, DUE, PER_CASE, CHUNK = 100_000, 10_000, 10, 10_000


def main() -> None:
    """Two lines: the due sweep and the idle one."""
    with TemporaryDirectory() as folder:
        ledger = _filled(Path(folder))
        began = time.perf_counter()
        swept = sweep_deadlines(ledger, NOW)
        took = time.perf_counter() - began
        report("sweep_due", n=swept.steps, open_steps=OPEN, seconds=took, messages=swept.planned)
        began = time.perf_counter()
        sweep_deadlines(ledger, NOW)
        report("sweep_idle", n=1, open_steps=OPEN, seconds=time.perf_counter() - began)
        ledger.dispose()


def _filled(folder: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    ledger.upgrade()
    load_region(ledger, kustland(), NOW)
    for first in range(0, OPEN, CHUNK):
        numbers = range(first, first + CHUNK)
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
            connection = uow.session.connection()
            cases = [_case(n // PER_CASE) for n in numbers if n % PER_CASE == 0]
            connection.execute(insert(Case), cases)
            connection.execute(insert(Step), [_step(n) for n in numbers])
    return ledger


def _case(number: int) -> dict[str, Any]:
    return {
        "id": number + 1,
        "reference": f"B{number:07d}",
        "household": f"H{number}",
        "state": "in_assessment",
        "concern": "child_abuse",
        "municipality": "MEERDORP",
        "district": "",
        "team": "VT-MIDDEN",
        "local_team": "WT-MEERDORP",
        "worker": "VT-201",
        "local_professional": "",
        "sight": "VT-KUST",
        "status": "",
        "waiting_cause": "",
        "policy_version": "proef",
        "steps_made": PER_CASE,
        "opened_at": NOW - timedelta(days=3),
    }


def _step(number: int) -> dict[str, Any]:
    """Every tenth step is due for a reminder now; the others look again in a month."""
    due = NOW + timedelta(days=1) if number % (OPEN // DUE) == 0 else NOW + timedelta(days=60)
    look = NOW - timedelta(hours=1) if number % (OPEN // DUE) == 0 else NOW + timedelta(days=30)
    return {
        "id": f"B{number // PER_CASE:07d}.{number % PER_CASE + 1:03d}",
        "case_id": number // PER_CASE + 1,
        "kind": "safety_assessment",
        "subject": str(number % PER_CASE),
        "ordinal": 1,
        "state": "open",
        "owner": "VT-201",
        "owner_role": "worker",
        "organisation": "VT-KUST",
        "team": "VT-MIDDEN",
        "opened_at": NOW - timedelta(days=3),
        "opens_at": NOW - timedelta(days=3),
        "due_at": due,
        "explanation": "",
        "deadline_version": 1,
        "waiting_cause": "",
        "acute": False,
        "next_action_at": look,
        "round": 1,
        "asked": 0,
        "outcome": "",
        "closed_by": "",
        "run_id": "",
        "run_attempt": 1,
        "policy_version": "proef",
    }


if __name__ == "__main__":
    main()
