"""A sweep that decides and records 10 000 due reminders among a million open steps, and one with nothing due (SQLite).

The same at 10 000 open steps: what nobody must hear of today costs nothing.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from benchmarks.line import report
from deployments.demo import kustland
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.bulk import run_many
from integrations.ledger.tables import Case, Step
from tasks.load_region import load_region
from tasks.sweep_deadlines import sweep_deadlines

NOW = datetime(2026, 4, 28, 7, tzinfo=UTC)
DUE, PER_CASE, CHUNK = 10_000, 10, 20_000
SIZES = (10_000, 1_000_000)
IDLE = 20  # sweeps, of which the middle one counts
CASE, STEP = insert(Case), insert(Step)


def main() -> None:
    """Two lines for each size: the due sweep and the idle one."""
    for open_steps in SIZES:
        with TemporaryDirectory() as folder:
            ledger = filled(Path(folder), open_steps)
            _due(ledger, open_steps)
            _idle(ledger, open_steps)
            ledger.dispose()


def _due(ledger: Ledger, open_steps: int) -> None:
    began = time.perf_counter()
    swept = sweep_deadlines(ledger, NOW)
    took = time.perf_counter() - began
    report("sweep_due", n=swept.planned, open_steps=open_steps, seconds=took, failed=swept.failed)


def _idle(ledger: Ledger, open_steps: int) -> None:
    seconds = []
    for _ in range(IDLE):
        began = time.perf_counter()
        assert sweep_deadlines(ledger, NOW).steps == 0
        seconds.append(time.perf_counter() - began)
    report("sweep_idle", n=1, open_steps=open_steps, seconds=sorted(seconds)[IDLE // 2], slowest=max(seconds))


def filled(folder: Path, open_steps: int, due: int = DUE) -> Ledger:
    """A ledger with so many open steps, of which `due` must be decided at NOW, spread evenly over the cases."""
    ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    ledger.upgrade()
    load_region(ledger, kustland(), NOW)
    for first in range(0, open_steps, CHUNK):
        numbers = range(first, min(first + CHUNK, open_steps))
        with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
            connection = uow.session.connection()
            run_many(connection, CASE, [_case(n // PER_CASE) for n in numbers if n % PER_CASE == 0])
            run_many(connection, STEP, [_step(n, n % (open_steps // due) == 0) for n in numbers])
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
        "joined_to": "",
        "policy_version": "proef",
        "steps_made": PER_CASE,
        "opened_at": NOW - timedelta(days=3),
    }


def _step(number: int, is_due: bool) -> dict[str, Any]:
    """Due for a reminder now, or to be looked at again in a month."""
    due = NOW + timedelta(days=1 if is_due else 60)
    look = NOW - timedelta(hours=1) if is_due else NOW + timedelta(days=30)
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
        "clock": "",
    }


if __name__ == "__main__":
    main()
