"""T6: Prefect's server dies, its database goes, its workers die: nothing owed is lost, nothing is done twice."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from prefect import get_client
from sqlmodel import select

from deployments.demo import kustland
from deployments.deploy import deploy_all
from deployments.stories.format import read_story
from deployments.stories.run import play
from deployments.stories.stage import Stage
from flows.outbox import pump
from flows.plain_round import plain_round
from integrations.ledger import Ledger
from integrations.ledger.tables import SweepRun
from integrations.settings import settings
from tasks.load_region import load_region
from tasks.run_facts import running_steps
from tests.faults.invariants import check
from tests.faults.prefect_world import (
    LONG_AFTER,
    PROJECT,
    People,
    World,
    all_wait,
    answer_form,
    answers,
    now,
    open_steps,
    report,
    until,
)
from tests.faults.spool import Spool, spool
from tests.faults.tier import FULL, chance, scaled
from tests.prefect_tables import PrefectTables
from tests.stories.truth import truth

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(scaled(900, 1500))]

KILLS = scaled(1, 20)
CASES = scaled(2, 20)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spool]:
    with spool(tmp_path_factory.mktemp("spool")) as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, relay: Spool, prefect_tables: PrefectTables) -> Iterator[World]:
    """A server that is up, with everything deployed."""
    folder = tmp_path_factory.mktemp("home")
    made = World(folder, Ledger(f"sqlite:///{folder / 'none.sqlite'}"), relay.port)
    try:
        made.start()
        prefect_tables.keep(folder)
        made.run(deploy_all())
        yield made
    finally:
        made.stop()


@pytest.fixture
def world(site: World, ledger: Ledger, relay: Spool, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same with Kustland in a fresh ledger, an empty mailbox, no worker, and no run of another ledger."""
    site.ledger, site.ended = ledger, 0
    for name, value in site.env.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    load_region(ledger, kustland(), now())
    relay.forget()
    if site.server is None:
        site.start(deploy=True)
    site.reconcile(LONG_AFTER)
    site.forget_rounds()
    yield site
    site.end_workers()


def in_order(world: World, relay: Spool) -> None:
    """Everything owed is there once, in the ledger and in the mail, now that nobody is at work."""
    world.end_workers()
    done = plain_round(world.ledger, now())
    assert done.problems() == []
    check(world.ledger, relay.mails(), now(), again=lambda: plain_round(world.ledger, now()), settled=False)
    assert relay.mails() != []


def caught_up(world: World, steps: list[str]) -> float:
    """Reconcile until everything waits again and every answer is recorded; the seconds it took."""
    looks = count()
    world.reconcile(LONG_AFTER)  # whoever was at work when the server died is not any more

    def everything() -> bool:
        world.supervise()
        if not open_steps(world.ledger, steps) and all_wait(world):
            return True
        if next(looks) % 10 == 9:
            world.reconcile()
        return False

    return until(everything)


def test_a_server_that_is_killed_again_and_again_under_load_loses_no_answer(
    world: World, relay: Spool, record_property: Any
) -> None:
    moments, steps = chance("T6 kills"), [report(world.ledger, f"L-{number}") for number in range(CASES)]
    world.work()
    until(lambda: any(run["state"]["type"] == "PAUSED" for run in world.runs(steps[0])))
    with People(world, steps):
        for number in range(KILLS):
            steps.append(report(world.ledger, f"K-{number}"))
            time.sleep(moments.uniform(0.2, 1.5))
            world.kill_server()
            plain_round(world.ledger, now())
            time.sleep(moments.uniform(0, 2))
            world.start()
        took = caught_up(world, steps)
    assert [answers(world.ledger, step) for step in steps] == [[("", "accepted")]] * len(steps)
    assert world.ended == 0, "the worker outlives its server"
    assert world.reconcile().repairs == {}
    in_order(world, relay)
    said = (
        f"T6: server killed {KILLS} times under {len(steps)} answers: 0 lost, 0 doubled; caught up {took:.1f} s after"
    )
    record_property("said", f"{said} the last time it was back")


STORIES = sorted((PROJECT / "tests" / "stories").glob("*.yaml"))
SHORT = [path for path in STORIES if path.stem == "donderdag_streng"]


@pytest.mark.parametrize("path", STORIES if FULL else SHORT, ids=lambda path: path.stem)
def test_prefect_may_lose_its_database_between_any_two_acts_of_a_story(
    site: World, path: Path, record_property: Any
) -> None:
    """In the full programme after each act of the main case, and after one in three of the other stories."""
    if site.server is None:
        site.start(deploy=True)
    story, undisturbed, made, losses = read_story(path), list[list[str]](), 0, 0
    every = 1 if path.stem == "hoofdzaak" else scaled(1, 3)

    def lose(here: Stage, at: datetime) -> None:
        nonlocal made, losses
        site.ledger = here.ledger
        site.clear()
        first, second = site.reconcile(at=at), site.reconcile(at=at)
        assert (first.failed, second.failed, second.repairs) == (0, 0, {})
        wanted = {facts.step_id for facts in running_steps(here.ledger, at)}
        assert Counter(site.all_living()) == Counter(wanted)
        made, losses = made + len(wanted), losses + 1

    disturbed: list[list[str]] = []
    list(play(story, path, lambda here, _: undisturbed.append(truth(here.ledger))))

    def lose_and_look(here: Stage, at: datetime) -> None:
        if len(disturbed) % every == 0:
            lose(here, at)
        disturbed.append(truth(here.ledger))

    lines = list(play(story, path, lose_and_look))
    assert [difference for line in lines for difference in line.differences] == []
    assert disturbed == undisturbed
    record_property("said", f"T6: {path.stem}: database lost {losses} times, {made} runs made again, ledger unchanged")


def test_when_prefect_is_gone_for_good_the_plain_command_does_the_rest(world: World, relay: Spool) -> None:
    """Nobody starts it again: reports come in, alarms go out, answers are recorded from the command line."""
    before = report(world.ledger, "G-1")
    world.run(_tell(world))
    world.kill_server()
    after = report(world.ledger, "G-2")
    for step in (before, after):
        assert command(world, "step", "record", step, "outcome=accepted", "--by", "VT-911").returncode == 0
    swept = command(world, "sweep", "--json")
    assert (swept.returncode, json.loads(swept.stdout)["delivered"]["sent"] > 0) == (0, True)
    assert open_steps(world.ledger, [before, after]) == []
    in_order(world, relay)
    assert command(world, "status").returncode == 0, "the rounds go on without Prefect's clock, which never swept here"


async def _tell(world: World) -> None:
    async with get_client() as client:
        await pump(client, world.ledger, now())


def command(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    line = [sys.executable, "-m", "deployments", *words]
    return subprocess.run(line, cwd=PROJECT, env=os.environ | world.env, capture_output=True, text=True, check=False)


def killed_worker(world: World, step: str) -> None:
    """The worker dies with the answer in its hands, and another comes."""
    worker = world.work()
    until(lambda: waiting(world, step))
    answer_form(world, step)
    until(lambda: not waiting(world, step))
    worker.kill()
    worker.wait()
    world.end_workers()
    world.reconcile(LONG_AFTER)
    world.work()


def worker_before_its_server(world: World, step: str) -> None:
    """The worker is started while the server is away; systemd starts it again when it ends."""
    world.kill_server()
    world.work()
    time.sleep(1)
    world.start()


def two_workers(world: World, step: str) -> None:
    """Two workers on one pool."""
    world.work()
    world.work()


def deployed_twice(world: World, step: str) -> None:
    """Registered again while everything waits, and at work."""
    world.work()
    world.run(deploy_all())
    world.run(deploy_all())


def database_lost_under_the_worker(world: World, step: str) -> None:
    """The server comes back with nothing: the worker registers everything again and asks for a reconciliation."""
    world.work()
    until(lambda: waiting(world, step))
    world.lose_database()
    world.start()


def cancelled_and_retried_by_hand(world: World, step: str) -> None:
    """Somebody cancels the run, and somebody else starts it again, over and over."""
    world.work()
    until(lambda: waiting(world, step))
    for state in ("CANCELLED", "SCHEDULED", "FAILED", "SCHEDULED", "CRASHED"):
        for run in world.runs(step):
            world.api(f"flow_runs/{run['id']}/set_state", state={"type": state}, force=True)
    world.reconcile()


HARMS = [killed_worker, worker_before_its_server, two_workers, deployed_twice]
HARMS += [database_lost_under_the_worker, cancelled_and_retried_by_hand]


@pytest.mark.parametrize("harm", HARMS if FULL else [two_workers], ids=lambda harm: harm.__name__)
def test_whatever_is_done_to_workers_and_runs_each_answer_counts_once(
    world: World, relay: Spool, harm: Callable[[World, str], None]
) -> None:
    step = report(world.ledger, "H-1")
    harm(world, step)
    with People(world, [step]):
        until(lambda: world.supervise() and not open_steps(world.ledger, [step]))
        until(lambda: world.supervise() and all_wait(world))
    assert answers(world.ledger, step) == [("", "accepted")]
    in_order(world, relay)


def waiting(world: World, step: str) -> bool:
    return [run["state"]["type"] for run in world.runs(step)] == ["PAUSED"]


def sweeps(ledger: Ledger) -> int:
    with ledger.reading() as session:
        return len(session.exec(select(SweepRun.id)).all())


def test_a_backlog_of_late_rounds_does_the_work_of_one(world: World, relay: Spool) -> None:
    late, past = scaled(12, 50), now() - timedelta(hours=5)
    report(world.ledger, "B-1")
    [sweep] = world.api("deployments/filter", deployments={"name": {"any_": ["sweep"]}})
    for number in range(late):
        due = (past + timedelta(minutes=number)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}
        world.api(f"deployments/{sweep['id']}/create_flow_run", state=state)
    world.work()
    until(lambda: not world.overdue("sweep") and sweeps(world.ledger) > 0)
    assert sweeps(world.ledger) <= 2, "one for the backlog, and perhaps one that fell due meanwhile"
    in_order(world, relay)
