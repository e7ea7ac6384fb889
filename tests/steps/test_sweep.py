"""The sweep: costs what is due, decides each row on its own, and plans every message once, whoever sweeps and when."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, text
from sqlmodel import SQLModel, select

from integrations.ledger.tables import Message, Outbox, SweepRun
from tests.chain import Chain
from tests.house.tree import ROOT
from tests.region import moment
from tests.stages import decided, reported, started
from tests.steps.sweep_rows import REMINDER, many

SWEEP = """
import sys
from datetime import datetime
from integrations.ledger import Ledger
from tasks.sweep_deadlines import sweep_deadlines
ledger = Ledger(sys.argv[1])
sys.stdin.readline()
print(sweep_deadlines(ledger, datetime.fromisoformat(sys.argv[2])).planned)
"""

Statement = tuple[str, Any]


def rows(chain: Chain, table: type[SQLModel]) -> int:
    with chain.ledger.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


@contextmanager
def statements(chain: Chain) -> Iterator[list[Statement]]:
    """Every statement that the writer runs meanwhile."""
    seen: list[Statement] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(chain.ledger.writer, "before_cursor_execute", note)
    yield seen
    event.remove(chain.ledger.writer, "before_cursor_execute", note)


def plan_of(chain: Chain, found: Statement) -> str:
    with chain.ledger.writer.connect() as connection:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {found[0]}", found[1])
        return "\n".join(row[-1] for row in steps)


def test_what_is_due_is_found_by_the_index_and_nothing_reads_every_step(chain: Chain) -> None:
    reported(chain)
    with statements(chain) as seen:
        chain.sweep(REMINDER)
    plans = [plan_of(chain, found) for found in seen if found[0].startswith(("SELECT", "UPDATE"))]
    assert any("SEARCH step USING INDEX ix_step_next_action (next_action_at<?)" in plan for plan in plans)
    assert not [plan for plan in plans if "SCAN step" in plan or "SCAN case_file" in plan]


def test_steps_that_are_not_due_cost_nothing(chain: Chain) -> None:
    reported(chain)
    with statements(chain) as few:
        assert chain.sweep("2026-04-22T08:00").steps == 0
    many(chain, 300)
    with statements(chain) as more:
        assert chain.sweep("2026-04-22T08:05").steps == 0
    assert len(more) == len(few)


def test_a_reminder_looks_at_its_own_step_only(chain: Chain) -> None:
    reported(chain)
    swept = chain.sweep(REMINDER)
    assert (swept.steps, swept.planned, swept.failed) == (1, 1, 0)
    assert chain.told("safety_assessment", "R") == ["VT-201"]


def test_the_same_sweep_twice_writes_nothing_the_second_time(chain: Chain) -> None:
    decided(chain).sweep("2026-07-08T08:00")
    before = [rows(chain, table) for table in (Message, Outbox)]
    again = chain.sweep("2026-07-08T08:00")
    assert (again.steps, again.planned, again.opened) == (0, 0, 0)
    assert [rows(chain, table) for table in (Message, Outbox)] == before


def test_every_sweep_leaves_a_row_that_says_it_was_there(chain: Chain) -> None:
    reported(chain).sweep(REMINDER)
    with chain.ledger.reading() as session:
        row = session.exec(select(SweepRun)).one()
    assert (row.at, row.steps, row.planned, row.failed) == (moment(REMINDER), 1, 1, 0)


def test_more_than_one_batch_is_swept_to_the_end(chain: Chain) -> None:
    reported(chain)
    many(chain, 1001)
    swept = chain.sweep(REMINDER)
    assert (swept.steps, swept.planned) == (1002, 1002)


def test_a_planned_moment_opens_by_itself_with_its_first_reminder_and_its_run(chain: Chain) -> None:
    started(chain).sweep("2026-08-21T08:00")
    step = chain.step("monitoring/1")
    assert (step.state, step.opened_at) == ("open", moment("2026-08-21T08:00"))
    assert chain.told("monitoring/1", "R10") == ["VT-201"]
    with chain.ledger.reading() as session:
        acts = session.exec(select(Outbox.act).where(Outbox.step_id == step.id)).all()
    assert acts == ["start_run", "tag_run"]


def test_after_weeks_of_silence_each_party_hears_once_and_the_owner_is_among_them(chain: Chain) -> None:
    decided(chain)
    chain.sweep("2026-05-27T09:00")  # three weeks after the due date of the visit
    said = [m for m in chain.messages("joint_first_home_visit") if m.state == "planned" and m.rung != "NOTICE"]
    assert {message.party: message.rung for message in said} == {
        "VT-201": "L1",
        "VT-209": "L1",
        "WT-209": "L1",
        "KR-001": "L2",
        "CM-001": "L3",
        "AO-001": "L3",
        "SG-001": "L4",
    }
    assert max(Counter(message.party for message in said).values()) == 1
    assert [m.rung for m in chain.messages("joint_first_home_visit") if m.state == "skipped"] == ["R"]
    assert chain.sweep("2026-05-27T09:05").planned == 0


def test_a_count_names_no_case(chain: Chain) -> None:
    decided(chain).sweep("2026-05-27T09:00")
    named = {message.rung: message.case_reference != "" for message in chain.messages("joint_first_home_visit")}
    assert named == {"NOTICE": True, "R": True, "L1": True, "L2": True, "L3": False, "L4": False}


def test_a_closed_step_is_silent(chain: Chain) -> None:
    reported(chain).record("persons_informed", "VT-201", informed_A="phone", informed_B="phone", outcome="informed")
    chain.sweep("2026-06-01T08:00")
    assert {message.state for message in chain.messages("persons_informed")} == {"cancelled"}


def test_a_late_step_is_tagged_in_the_same_sweep(chain: Chain) -> None:
    reported(chain).sweep("2026-04-29T08:00")
    with chain.ledger.reading() as session:
        tagged = session.exec(select(Outbox.step_id).where(Outbox.act == "tag_run")).all()
    assert chain.step("safety_assessment").id in tagged


def test_two_processes_at_once_plan_every_message_once(chain: Chain) -> None:
    reported(chain)
    many(chain, 700)
    before, url, at = rows(chain, Message), chain.ledger.url.render_as_string(), moment(REMINDER).isoformat()
    command = [sys.executable, "-c", SWEEP, url, at]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    both = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(2)]
    ends = [process.communicate("nu\n", timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], [error for _, error in ends]
    assert sum(int(said) for said, _ in ends) == 701
    assert rows(chain, Message) == before + 701


def test_the_due_moment_is_never_moved_by_a_sweep(chain: Chain) -> None:
    decided(chain)
    dues = text("SELECT id, due_at, deadline_version FROM step ORDER BY id")
    with chain.ledger.writer.connect() as connection:
        before = connection.execute(dues).all()
    for day in ("2026-05-04T08:00", "2026-05-27T09:00", "2026-09-01T08:00"):
        chain.sweep(day)
    with chain.ledger.writer.connect() as connection:
        assert connection.execute(dues).all() == before


def test_a_reminder_that_came_due_before_somebody_acknowledged_is_still_said(chain: Chain) -> None:
    reported(chain)
    chain.sweep("2026-04-24T07:59")
    assert chain.told("safety_assessment", "R") == []
    chain.acknowledge("safety_assessment", "VT-209", "2026-04-24T08:01")
    chain.sweep("2026-04-24T08:05")
    assert chain.told("safety_assessment", "R") == ["VT-201"]
