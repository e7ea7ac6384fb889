"""The kill drill: one clean process of one thread that forks the processes which are killed and those that recover.

`python -m tests.faults.drill PLANS` reads plans (JSON: a list of Plan) and prints what was found (a Report a line). A
ledger is prepared once a story and copied for each scenario; the mail server runs in a process of its own.
"""

import gc
import json
import os
import random
import shutil
import time
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import select

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Delivery, Message, MessageState
from tests.chain import Chain
from tests.faults import sometimes
from tests.faults.drill_plan import Plan, Report
from tests.faults.drill_stories import STORIES, World, moments
from tests.faults.drill_tools import Deadly, Tell, checksum, forked, lose, main, narrow, same_references, waiting
from tests.faults.invariants import broken, changed_by
from tests.faults.kill_points import AFTER_COMMIT, Points, kill_at
from tests.faults.spool import Spool
from tests.region import moment, with_region

LEASE_AND_MORE = timedelta(minutes=2)
MOST_ROUNDS = 8
NUMBERS = count(1)
EVERY = 4
"""I9 costs as much as the rest of a recovery: one scenario in so many is asked to do everything twice more."""


class Drill:
    """One story, drilled."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.story = plan, STORIES[plan.story]
        self.moments = moments(self.story)
        self.report = Report(plan.story)
        self.chance = random.Random(f"{plan.seed}/{plan.story}/{plan.cases}/{plan.narrow}")
        self.spool = Spool(Path(plan.spool), plan.port)
        self.folder, self.file = folder, folder / "ledger.sqlite"
        self.ledger = Ledger(f"sqlite:///{self.file}")
        self.prepared = self._prepare()
        self.states: set[str] = set()

    def _prepare(self) -> bytes:
        region = self.folder.parent / "region.sqlite"
        if not region.exists():
            with_region_at(region)
        shutil.copy(region, self.file)
        chain = Chain(self.ledger)
        self.story.prepare(chain, self.plan.cases)
        with self.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
            put(uow, "clock", "virtual")
        before = self._label()
        world = self._world(before)
        for world.now in map(moment, self.story.before):
            world.look()
        self.earlier = self.spool.mails(before)
        self.ledger.dispose()
        return self.file.read_bytes()

    def fresh(self) -> str:
        """The ledger as it was prepared; the name of a new scenario."""
        for left in self.folder.iterdir():
            left.unlink()
        self.file.write_bytes(self.prepared)
        self.spool.forget()
        return self._label()

    def _label(self) -> str:
        """Under which name a scenario sends, so that the mail server's notes can be told apart."""
        return f"{self.plan.story}{os.getpid()}x{next(NUMBERS)}"

    def run(self) -> Report:
        """Everything the plan asks for."""
        began = time.monotonic()
        self._warm()
        names = self._count()
        self.report.points, self.report.commits = len(names), names.count(AFTER_COMMIT)
        for point in self._chosen(len(names)):
            self.scenario([point])
        for kills, times in ((2, self.plan.doubles), (3, self.plan.triples)):
            for _ in range(times):
                later = (self.chance.randint(1, len(names) * 2 // 3) for _ in range(kills - 1))
                self.scenario([self.chance.randint(1, len(names)), *later])
        commits = [point for point, name in enumerate(names, 1) if name == AFTER_COMMIT]
        for point in commits * self.plan.lost_acknowledgements:
            self.scenario([point], acknowledgement=True)
        self.report.seconds = round(time.monotonic() - began, 1)
        self.report.cpu = round(sum(os.times()[:4]), 1)
        return self.report

    def _chosen(self, points: int) -> list[int]:
        every = list(range(1, points + 1))
        most = self.plan.singles
        return every if most < 0 or most >= points else sorted(self.chance.sample(every, most))

    def _warm(self) -> None:
        """Once in this process, so that each child finds its statements compiled."""
        by = self.fresh()
        self._recover(by, 0, self.moments[0], lambda _: None)
        self.ledger.dispose()
        gc.freeze()  # children share what is there, instead of copying it at their first collection

    def _count(self) -> list[str]:
        """The undisturbed run: the name of every point, and each state the ledger passed through."""
        by, names = self.fresh(), list[str]()
        states = [checksum(self.file)]

        def note(_: int, name: str) -> None:
            names.append(name)
            if name == AFTER_COMMIT:
                states.append(checksum(self.file))

        def child(tell: Tell) -> None:
            world = self._world(by)
            with Points(note).watching(self.ledger):
                self._acts(world, 0, self.moments[0], tell)
            tell(json.dumps([names, states, self._settled(world, by, tell)]))

        status, told = forked(child)
        if status != 0:
            raise AssertionError(f"the undisturbed run of {self.plan.story} ended: {told[-1:]}")
        names, found_states, settled = json.loads(told[-1])
        self.states = set(found_states)
        self._judge([], settled)
        return list(names)

    def scenario(self, points: list[int], *, acknowledgement: bool = False) -> None:
        """Run, be killed at each of these points (the later ones in the recovery), recover, and judge."""
        by, killed, at, after = self.fresh(), list[str](), 0, self.moments[0]
        for point in points:
            act = lose if acknowledgement else kill_at
            _, told = forked(lambda tell, p=point, a=at, t=after, k=act: self._die(by, a, t, p, k, tell))  # type: ignore[misc]
            died = [line.removeprefix("died ") for line in told if line.startswith("died ")]
            at, after = _reached(told, at, after)
            if not died:
                break
            if self.plan.narrow and not killed and not acknowledgement and self._checksum() not in self.states:
                self.report.broken.append(f"{self._name(died)}: a state that never was")
            killed += died
        status, told = forked(lambda tell: tell(json.dumps(self._recover(by, at, after, tell))))
        found = json.loads(told[-1]) if status == 0 else {"error": [*told, f"ended with {status}"][-2:]}
        self._judge(killed, found, acknowledgement=acknowledgement)

    def _die(self, by: str, at: int, after: datetime, point: int, act: Deadly, tell: Tell) -> None:
        """The acts, and the rounds after them, until death."""
        world = self._world(by)
        with Points(act(point, lambda name: tell(f"died {name}"))).watching(self.ledger):
            self._acts(world, at, after, tell)
            if at:
                self._rounds(world, tell)

    def _recover(self, by: str, at: int, after: datetime, tell: Tell) -> dict[str, Any]:
        world = self._world(by)
        self._acts(world, at, after, tell)
        return self._settled(world, by, tell)

    def _acts(self, world: World, since: int, after: datetime, tell: Tell) -> None:
        """The acts from this number on, each at its moment, none before `after`."""
        with narrow(self.plan.narrow), same_references():
            for number, (_, act) in enumerate(self.story.acts[since:], since):
                world.now = max(self.moments[number], after)
                tell(f"at {number} {world.now.isoformat()}")
                act(world)

    def _rounds(self, world: World, tell: Tell) -> None:
        """Rounds until the mail is quiet."""
        for _ in range(MOST_ROUNDS):
            world.now += LEASE_AND_MORE
            tell(f"at {len(self.moments) - 1} {world.now.isoformat()}")
            with narrow(self.plan.narrow):
                world.look()
            if not waiting(self.ledger):
                return

    def _settled(self, world: World, by: str, tell: Tell) -> dict[str, Any]:
        """When it is quiet: what is broken, how many copies there are, how many doubts were noted."""
        self._rounds(world, tell)
        mails = self.earlier + self.spool.mails(by)
        found = broken(self.ledger, mails, world.now) + self.story.witness(world)
        if self.report.scenarios % EVERY == 0:
            found += changed_by(self.ledger, world.look)
            found += ["I9 a mail more"] if self.earlier + self.spool.mails(by) != mails else []
        copies = Counter((mail.reference, mail.to) for mail in mails)
        with self.ledger.reading() as session:
            skipped = session.exec(select(Message.id).where(Message.state == MessageState.SKIPPED)).first()
            doubts = sum(session.exec(select(Delivery.indefinite)))
        return {
            "broken": found,
            "worst": max(copies.values(), default=0),
            "second": sum(number - 1 for number in copies.values()),
            "doubts": doubts,
            "skipped": skipped is not None,
        }

    def _world(self, by: str) -> World:
        return World(self.ledger, self.spool.sender(by), self.moments[0], self.folder)

    def _checksum(self) -> str:
        """Of a copy with its WAL, so that the recovery itself finds what the kill left."""
        with TemporaryDirectory(dir=self.folder.parent) as aside:
            for file in self.folder.glob(f"{self.file.name}*"):
                if not file.name.endswith("-shm"):
                    shutil.copy(file, aside)
            return checksum(Path(aside) / self.file.name)

    def _judge(self, killed: list[str], found: dict[str, Any], *, acknowledgement: bool = False) -> None:
        report, kills = self.report, 0 if acknowledgement else len(killed)
        report.scenarios += 1
        report.kills += kills
        report.by_kills[str(kills)] = report.by_kills.get(str(kills), 0) + 1
        report.acknowledgements += acknowledgement
        if "error" in found:
            report.broken.append(f"{self._name(killed)}: {found['error']}")
            return
        report.lost += sum(line.startswith("I1") for line in found["broken"])
        report.unsaid += sum(line.startswith("I3") for line in found["broken"])
        report.second_copies += found["second"]
        report.copies[str(kills)] = max(report.copies.get(str(kills), 0), found["worst"])
        if kills == 1 and found["second"]:
            report.twice[killed[0]] = report.twice.get(killed[0], 0) + 1
        if found["skipped"]:
            sometimes.saw("skipped-rung")
        if found["doubts"]:
            sometimes.saw("indefinite-send")
            sometimes.saw("lease-takeover")
        report.broken += [f"{self._name(killed)}: {line}" for line in found["broken"]]

    def _name(self, killed: list[str]) -> str:
        return f"{self.plan.story} {self.report.scenarios} {' > '.join(killed) or 'undisturbed'}"


def _reached(told: list[str], at: int, after: datetime) -> tuple[int, datetime]:
    """The act that was being done at the end, and the moment the next process may begin."""
    last = [line.split() for line in told if line.startswith("at ")]
    return (int(last[-1][1]), datetime.fromisoformat(last[-1][2]) + LEASE_AND_MORE) if last else (at, after)


def with_region_at(file: Path) -> None:
    """A ledger with the region in it: made once for all stories."""
    ledger = Ledger(f"sqlite:///{file}")
    ledger.upgrade()
    with_region(ledger).dispose()


if __name__ == "__main__":
    main(Drill)
