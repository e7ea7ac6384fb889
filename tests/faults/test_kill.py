"""T1: a process that is killed at any point loses nothing; a second copy is one that was recorded as possible."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import put
from tests.chain import Chain
from tests.faults import tier
from tests.faults.drill_plan import Plan, Report
from tests.faults.drill_stories import World
from tests.faults.invariants import check
from tests.faults.rules_of_rows import database_whole
from tests.faults.spool import PROJECT, Spool, spool
from tests.plugins.programme import too_few
from tests.region import moment, with_region

LADDER = ("digest", "remind", "late", "stalled", "counts", "counts-again", "outage", "alarm")
STORIES = (*LADDER, "opening", "answer", "import", "refusal", "outbox")
SIZES = [(story, 1) for story in STORIES] + [(story, 3) for story in (*LADDER[:4], "counts", "outage")]
DOUBLES, TRIPLES = 1092 // len(STORIES), 64 // len(LADDER)  # of each story with one case
MOSTLY = 0.75  # now and then the recovery ends before the point at which it was to be killed
GROUPS = [[pair] for pair in SIZES] if tier.FULL else [SIZES[0:4], SIZES[4:8], SIZES[8:11], SIZES[11:13]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spool]:
    with spool(tmp_path_factory.mktemp("spool")) as running:
        yield running


def drilled(*plans: Plan) -> list[Report]:
    """Drill in a clean process of its own."""
    command = [sys.executable, "-m", "tests.faults.drill", json.dumps([asdict(plan) for plan in plans])]
    drill = {"KETENREGIE_DRILL": "1"}
    done = subprocess.run(command, cwd=PROJECT, env=os.environ | drill, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Report(**json.loads(line)) for line in done.stdout.splitlines()]


def plans(story: str, cases: int, server: Spool) -> Iterator[Plan]:
    """Every change: a dozen kills a story. The whole programme: each point, and twice and thrice by chance.

    The kills by chance send as many mails at once as the product does; the others one, so that states can be compared.
    """
    seed = next(tier.seeds(f"kill {story} {cases}"))
    plan = Plan(story, server.port, str(server.path), seed, cases)
    if not tier.FULL:
        yield replace(plan, singles=5, doubles=2)
        return
    yield replace(plan, lost_acknowledgements=1)
    if cases == 1:
        yield replace(plan, singles=0, doubles=DOUBLES, triples=TRIPLES if story in LADDER else 0, narrow=False)


@pytest.mark.parametrize("stories", GROUPS, ids=lambda group: "+".join(f"{story}-{cases}" for story, cases in group))
def test_a_kill_at_any_point_loses_nothing_and_leaves_a_state_that_was(
    stories: list[tuple[str, int]], server: Spool, record_property: Callable[[str, object], None]
) -> None:
    asked = [plan for story, cases in stories for plan in plans(story, cases, server)]
    reports = drilled(*asked)
    assert [line for report in reports for line in report.broken] == []
    assert [(report.story, report.lost, report.unsaid) for report in reports if report.lost or report.unsaid] == []
    for plan, report in zip(asked, reports, strict=True):
        assert report.by_kills.get("1", 0) >= (report.points if plan.singles < 0 else plan.singles)
        assert sum(number for kills, number in report.by_kills.items() if kills > "1") >= int(MOSTLY * plan.doubles)
        record_property("drill", json.dumps(asdict(report)))


def test_a_full_run_that_killed_too_seldom_is_told() -> None:
    enough = [asdict(Report("late", by_kills={"1": 1250, "2": 500}))]
    assert too_few(enough * 2) == {}
    assert too_few(enough) == {"1": 1250, "2": 500}


BY = "opdracht"  # the sender's name of this scenario: the drills mail to the same server


def test_the_command_killed_at_random_moments_loses_nothing(ledger: Ledger, server: Spool) -> None:
    """A real process, killed where no point is: in the middle of a statement, a commit or a send."""
    chain = Chain(with_region(ledger))
    for number in range(30):
        chain.report(household=f"H-{number}")
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    ledger.dispose()
    chance, first = tier.chance("command"), moment("2026-04-29T10:00")
    killed, took = 0, swept(ledger, server, first - timedelta(hours=1))
    for number in range(tier.scaled(3, 12)):
        chain.now = first + timedelta(minutes=3 * number)
        lasted = swept(ledger, server, chain.now, chance.uniform(0.4, 1.0) * took)
        killed, took = killed + (not lasted), min(took, lasted or took)  # the machine may be less busy than it was
        assert list(database_whole(ledger)) == []
    while not killed:
        chain.now, took = chain.now + timedelta(minutes=3), took / 2
        killed += not swept(ledger, server, chain.now, took)
    world = World(ledger, server.sender(BY), chain.now, Path())
    for _ in range(5):
        world.now += timedelta(minutes=3)
        world.look()
    check(ledger, server.mails(BY), world.now, again=world.look)
    assert killed > 0


def swept(ledger: Ledger, server: Spool, now: datetime, after: float = 0.0) -> float:
    """Run `ketenregie sweep` at this moment and kill it after so many seconds; how long it took, 0 if it was killed."""
    mail = {"KETENREGIE_MAIL_PORT": str(server.port), "KETENREGIE_MAIL_FROM": server.settings(BY).mail_from}
    command = [sys.executable, "-m", "deployments", "sweep", "--database", str(ledger.url), "--now", now.isoformat()]
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=PROJECT, env=os.environ | mail, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        try:
            assert child.wait(after or None) == 0
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return 0.0
    return time.monotonic() - began


def test_a_lost_acknowledgement_loses_nothing(server: Spool) -> None:
    [report] = drilled(Plan("late", server.port, str(server.path), tier.SEED, singles=0, lost_acknowledgements=1))
    assert report.broken == []
    assert report.acknowledgements == report.commits > 3


def test_only_the_gap_between_accepted_and_recorded_gives_a_second_copy(server: Spool) -> None:
    """Of one mail: the points from the send to the commit of its verdict, and no other."""
    [report] = drilled(Plan("remind", server.port, str(server.path), tier.SEED, singles=tier.scaled(12, -1)))
    assert report.broken == []
    assert 0 < sum(report.twice.values()) < report.points / 3
    assert not {"send.before", "bundle.after", "insert delivery", "insert bundle", "insert message"} & set(report.twice)
    assert report.copies["1"] == 2
