"""T3: however many sweep and deliver at once, however they are interleaved, each message is decided and sent once."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col, func, select

from domain.errors import OutsideFailure
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Bundle, Message, Step
from tasks.deliver_messages import deliver_messages
from tasks.sweep_deadlines import sweep_deadlines
from tests.chain import Chain
from tests.faults import sometimes, tier
from tests.faults.crowd import crowd
from tests.faults.drill_plan import Plan, Report
from tests.faults.invariants import check
from tests.faults.spool import PROJECT, Spool, spool
from tests.ledger.conftest import POSTGRES, dialect, ledger_url
from tests.region import with_region
from tests.steps.sweep_rows import many

__all__ = ["dialect", "ledger_url"]
REMINDER = "2026-04-24T10:00"
DUE = tier.scaled(200, 1000)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spool]:
    with spool(tmp_path_factory.mktemp("spool")) as server:
        yield server


@pytest.fixture
def server(running: Spool) -> Spool:
    """The mail server, which counts from here on."""
    running.forget()
    return running


def due(url: str, rows: int) -> Chain:
    """A region with so many reminders due, a tenth of them alarms besides."""
    chain = Chain(with_region(Ledger(url)))
    chain.report()
    many(chain, rows)
    alarms = update(Step).where(col(Step.subject).like("proef-%0")).values(acute=True)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        uow.session.connection().execute(alarms)
        put(uow, "clock", "virtual")
    return chain.at(REMINDER)


def the_work_was_done_once(chain: Chain, server: Spool, processes: int) -> int:
    """So many processes look at once; gives how many mails went out."""
    before = len(chain.messages())
    url = chain.ledger.url.render_as_string(hide_password=False)
    chain.ledger.dispose()
    did = crowd(url, chain.now, server.port, processes)
    assert [one["error"] for one in did if "error" in one] == []
    with chain.ledger.reading() as session:
        reminded = select(Message.step_id).where(Message.rung == "R", col(Message.step_id).like("%.9%"))
        told = Counter(session.exec(reminded))
        mails = session.exec(select(func.count()).select_from(Bundle)).one()
    rows = [step for step in chain.steps("safety_assessment") if step.subject.startswith("proef-")]
    assert told == Counter(step.id for step in rows)
    sums = {name: sum(int(str(one[name])) for one in did) for name in ("planned", "failed", "sent", "doubt")}
    assert sums == {"planned": len(chain.messages()) - before, "failed": 0, "sent": mails, "doubt": 0}
    caught = server.mails()
    assert set(Counter(mail.reference for mail in caught).values()) == {1}

    def again() -> None:
        sweep_deadlines(chain.ledger, chain.now)
        deliver_messages(chain.ledger, chain.now, server.sender())

    check(chain.ledger, caught, chain.now, again=again)
    assert len(server.mails()) == len(caught) == mails
    return mails


@pytest.mark.parametrize("processes", [2, 4, 8, 16] if tier.FULL else [4])
def test_sweeps_at_once_plan_and_send_each_message_once(
    processes: int, ledger_template: Path, tmp_path: Path, server: Spool, record_property: object
) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(ledger_template.read_bytes())
    mails = the_work_was_done_once(due(f"sqlite:///{file}", DUE), server, processes)
    assert callable(record_property)
    record_property("said", f"T3: {processes} sweeps at once on {DUE} due rows: {mails} mails, each once")


@pytest.mark.parametrize("dialect", [POSTGRES], indirect=True)
def test_the_same_on_postgresql(ledger_url: str, server: Spool) -> None:
    chain = due(ledger_url, DUE // 2)
    the_work_was_done_once(chain, server, tier.scaled(3, 8))
    chain.ledger.dispose()


def test_a_sweep_that_gets_no_turn_says_so_and_the_next_does_it_all(ledger: Ledger, server: Spool) -> None:
    url = str(ledger.url)
    chain = due(url, 20)
    patient = Ledger(url, busy_seconds=0.2)
    with (
        ledger.unit_of_work(now=chain.now, actor=SYSTEM),
        pytest.raises(OutsideFailure, match="KR-ADMINISTRATIE-BEZET"),
    ):
        sweep_deadlines(patient, chain.now)
    sometimes.saw("lock-timeout")
    patient.dispose()
    the_work_was_done_once(chain, server, 1)
    chain.ledger.dispose()


def paired(plan: Plan) -> Report:
    """Drill pairs of processes, in a clean process of its own."""
    command = [sys.executable, "-m", "tests.faults.drill_pairs", json.dumps([asdict(plan)])]
    drill = os.environ | {"KETENREGIE_DRILL": "1"}
    done = subprocess.run(command, cwd=PROJECT, env=drill, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = Report(**json.loads(done.stdout))
    assert report.broken == []
    assert (report.lost, report.unsaid) == (0, 0)
    return report


def test_two_rounds_stopped_anywhere_decide_and_send_once(server: Spool, record_property: object) -> None:
    plan = Plan("late", server.port, str(server.path), tier.SEED, schedules=tier.scaled(10, 200))
    report = paired(plan)
    assert report.second_copies == 0
    assert callable(record_property)
    record_property("said", f"T3: {report.scenarios - 1} interleavings of two rounds: each mail once")


def test_one_that_slept_past_its_lease_sends_at_most_one_copy_more_and_that_is_recorded(server: Spool) -> None:
    report = paired(Plan("late", server.port, str(server.path), tier.SEED, sleepers=tier.scaled(2, 10)))
    assert max(report.copies.values()) <= 2


def test_an_answer_and_a_sweep_on_one_step_exactly_one_wins(server: Spool, record_property: object) -> None:
    rounds, answers = tier.scaled(6, 200), tier.scaled(3, 50)
    report = paired(Plan("late", server.port, str(server.path), tier.SEED, races=rounds, answers=answers))
    assert sum(report.outcomes.values()) == rounds
    assert callable(record_property)
    record_property("said", f"T3: {rounds} races of an answer and a sweep: {report.outcomes}")
