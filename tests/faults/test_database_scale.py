"""T5: many rows at once, and many rows of which nearly none is due: others go on, and the sweep reads the index."""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.ledger import Ledger
from tasks.sweep_deadlines import sweep_deadlines
from tests.chain import Chain
from tests.faults.database_backlog import multiplied
from tests.faults.database_faults import IO_ERROR, Fault, struck
from tests.faults.database_world import DUE, filled
from tests.faults.rules_of_rows import database_whole
from tests.faults.tier import scaled

Said = Callable[[str, object], None]
PROJECT = Path(__file__).parents[2]
pytestmark = pytest.mark.alone
MEGABYTES, SECONDS_AN_ACT, SECONDS_A_SWEEP = 200, scaled(2, 1), scaled(20, 2)
"""In the whole programme, where they run alone, 1 and 2 seconds; at every change a busy machine has time. What was
measured is said."""
PART = scaled(2, 100)
"""An act may also wait for such a part of the time of the whole backlog: on a busy machine both take longer."""


@pytest.fixture
def chain(ledger_template: Path, tmp_path: Path) -> Chain:
    """A ledger with a few cases in it."""
    path = shutil.copy(ledger_template, tmp_path / "many.sqlite")
    return filled(Ledger(f"sqlite:///{path}"), 2)


def test_a_backlog_lets_acts_through_and_needs_little_memory(chain: Chain, record_property: Said) -> None:
    rows, path = scaled(600, 10_000), str(chain.ledger.url.database)
    multiplied(Path(path), rows, rows)
    command = [sys.executable, "-m", "tests.faults.database_backlog", path, DUE.isoformat()]
    waits: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        chain.reference = first_reference(path)
        while child.poll() is None:
            began = time.monotonic()
            chain.record("immediate_safety_check", "VT-911", "2026-05-06T10:00", delay_cause="waits_for_person")
            waits.append(time.monotonic() - began)
            time.sleep(0.2)
        mails, seconds, megabytes = child.stdout.read().split()
        assert child.returncode == 0
    assert len(waits) > 1
    assert max(waits) < max(SECONDS_AN_ACT, float(seconds) / PART)
    assert int(megabytes) < MEGABYTES
    assert sweep_deadlines(chain.ledger, DUE).planned == 0
    assert list(database_whole(chain.ledger)) == []
    text = f"T5 backlog of {rows}: {mails} mails in {seconds} s, {megabytes} MB; {len(waits)} acts meanwhile"
    record_property("said", f"{text}, the slowest in {max(waits):.2f} s")


def first_reference(path: str) -> str:
    """The case whose check is still open."""
    connection = sqlite3.connect(path)
    found: str = connection.execute("SELECT reference FROM case_file WHERE id = 1").fetchone()[0]
    connection.close()
    return found


def test_a_sweep_with_fifty_due_among_many_cases_reads_the_index_alone(chain: Chain, record_property: Said) -> None:
    cases, path = scaled(10_000, 100_000), str(chain.ledger.url.database)
    chain.ledger.dispose()
    multiplied(Path(path), cases, 50)
    began = time.monotonic()
    with struck(chain.ledger, Fault(IO_ERROR)) as read:
        swept = sweep_deadlines(chain.ledger, DUE)
    took = time.monotonic() - began
    assert 50 <= swept.steps <= 60
    assert swept.planned >= 50
    assert took < SECONDS_A_SWEEP
    plans = [line for text in read.names if text != "COMMIT" for line in plan(path, text)]
    assert any("USING INDEX ix_step_next_action" in line for line in plans)
    assert [line for line in plans if line.startswith(("SCAN step", "SCAN message", "SCAN case_file"))] == []
    record_property("said", f"T5 sweep with {swept.steps} due among {cases} cases: {took:.2f} s")
    chain.ledger.dispose()


def plan(path: str, statement: str) -> list[str]:
    """How SQLite goes about a statement."""
    connection = sqlite3.connect(path)
    nothing = (None,) * statement.count("?")
    found = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", nothing)]
    connection.close()
    return found
