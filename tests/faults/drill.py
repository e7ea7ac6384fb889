"""The kill drill: one clean process of one thread that forks the processes which are killed and those that recover.

`python -m tests.faults.drill PLANS` reads plans (JSON: a list of Plan) and prints what was found (a Report a line). A
ledger is prepared once a story and put back for each scenario; the mail server runs in a process of its own.

What is killed is always a process. What recovers is one time in EVERY a new one and else this one, as a second worker
that was there already: forking a warm Python costs as much as a recovery. A recovery knows only the rows, the mails,
the files and the clock. While one mail goes at a time it is therefore run once for all that equal each other in these,
and for one in EVERY again, which must end in the same way. Each end that differs is judged once, by I9 too.
"""

import gc
import json
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlmodel import select

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Delivery, Message, MessageState
from tests.chain import Chain
from tests.faults import sometimes
from tests.faults.drill_left import LEDGER, Left, fingerprint
from tests.faults.drill_plan import Plan, Report
from tests.faults.drill_stories import STORIES, World, moments
from tests.faults.drill_tools import Deadly, Tell, checksum, forked, lose, main, narrow, same_references, waiting
from tests.faults.invariants import Mail, broken, changed_by
from tests.faults.kill_points import AFTER_COMMIT, Act, Points, kill_at
from tests.faults.spool import Spool
from tests.region import moment, with_region

LEASE_AND_MORE = timedelta(minutes=2)
MOST_ROUNDS = 8
NUMBERS = count(1)
EVERY = 8
BRANCHES = 3
"""So many second deaths of each first: a death costs more than a recovery."""
Found = dict[str, Any]


class Drill:
    """One story, drilled."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.story = plan, STORIES[plan.story]
        self.moments = moments(self.story)
        self.report = Report(plan.story)
        self.chance = random.Random(f"{plan.seed}/{plan.story}/{plan.cases}/{plan.narrow}")
        self.spool = Spool(Path(plan.spool), plan.port)
        self.folder, self.file = folder, folder / LEDGER
        self.ledger = Ledger(f"sqlite:///{self.file}")
        self.start = self._prepare()
        self.lies: Left | None = None
        self.states: set[str] = set()
        self.recovered: dict[str, Found] = {}
        self.ends: dict[str, Found] = {}

    def _prepare(self) -> Left:
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
        return Left({LEDGER: self.file.read_bytes()}, 0, self.moments[0])

    def fresh(self) -> Left:
        """The ledger as it was prepared, and no mail of this scenario yet."""
        self.spool.forget()
        return self.start

    def put(self, left: Left) -> str:
        """The files as they were left, unless they lie there still; the name under which the next process sends."""
        if left is not self.lies:
            left.put(self.folder)
        self.lies = None
        return self._label()

    def _label(self) -> str:
        """Under which name a process sends, so that the mail server's notes can be told apart."""
        return f"{self.plan.story}{os.getpid()}x{next(NUMBERS)}"

    def run(self) -> Report:
        """Everything the plan asks for."""
        began = time.monotonic()
        self.warm()
        names = self.counted()
        self.report.points, self.report.commits = len(names), names.count(AFTER_COMMIT)
        for point in self._chosen(len(names)):
            self._judged(self._killed(self.fresh(), point))
        self._twice_and_thrice(len(names))
        commits = [point for point, name in enumerate(names, 1) if name == AFTER_COMMIT]
        for point in commits * self.plan.lost_acknowledgements:
            self._judged(self._killed(self.fresh(), point, lose), acknowledgement=True)
        self.report.seconds = round(time.monotonic() - began, 1)
        self.report.cpu = round(sum(os.times()[:4]), 1)
        return self.report

    def _chosen(self, points: int) -> list[int]:
        every = list(range(1, points + 1))
        most = self.plan.singles
        return every if most < 0 or most >= points else sorted(self.chance.sample(every, most))

    def _twice_and_thrice(self, points: int) -> None:
        """Killed in the recovery too, and in the recovery of that."""
        for number in range(self.plan.doubles):
            if number % BRANCHES == 0:
                first = self._killed(self.fresh(), self.chance.randint(1, points))
            second = self._killed(first, self.chance.randint(1, points * 2 // 3))
            self._judged(second)
            if number < self.plan.triples:
                self._judged(self._killed(second, self.chance.randint(1, points * 2 // 3)))

    def warm(self) -> None:
        """Once in this process, so that each child finds its statements compiled."""
        self._recover(self.fresh(), self.put(self.start), lambda _: None)
        self.ledger.dispose()
        self.ends.clear()
        gc.freeze()  # children share what is there, instead of copying it at their first collection

    def counted(self) -> list[str]:
        """The undisturbed run: the name of every point, and each state the ledger passed through."""
        by, names = self.put(self.fresh()), list[str]()
        states = [checksum(self.file)]

        def note(_: int, name: str) -> None:
            names.append(name)
            if name == AFTER_COMMIT:
                states.append(checksum(self.file))

        def child(tell: Tell) -> None:
            world = self._world(by)
            with Points(note).watching(self.ledger):
                self._acts(world, 0, self.moments[0], tell)
            tell(json.dumps([names, states, self._settled(world, (by,), tell)]))

        status, told = forked(child)
        if status != 0:
            raise AssertionError(f"the undisturbed run of {self.plan.story} ended: {told[-1:]}")
        names, found_states, settled = json.loads(told[-1])
        self.states = set(found_states)
        self._judge((), settled)
        return list(names)

    def _killed(self, left: Left, point: int, act: Deadly = kill_at) -> Left:
        """Go on from there and be killed at this point; what that leaves. Where a run has fewer points nobody dies."""
        by = self.put(left)
        _, told = forked(lambda tell: self._die(by, left, act(point, lambda name: tell(f"died {name}")), tell))
        died = tuple(line.removeprefix("died ") for line in told if line.startswith("died "))
        self.report.kills += len(died) if act is kill_at else 0
        reached = _reached(told, left)
        self.lies = Left.found(self.folder, *reached, (*left.senders, by), (*left.killed, *died))
        return self.lies

    def _die(self, by: str, left: Left, act: Act, tell: Tell) -> None:
        """The acts, and the rounds after them, until death."""
        world = self._world(by)
        with Points(act).watching(self.ledger):
            self._acts(world, left.at, left.after, tell)
            if left.at:
                self._rounds(world, tell)

    def _judged(self, left: Left, *, acknowledgement: bool = False) -> None:
        """Recover from there, and judge."""
        same = self._checked(left, acknowledgement) if self.plan.narrow else ""
        known, again = self.recovered.get(same), self.report.scenarios % EVERY == 0
        found = known
        if found is None or again:
            found = self._told(lambda by, tell: self._recover(left, by, tell), left, again)
        if known and known.get("end") != found.get("end"):
            self.report.broken.append(f"{self._name(left.killed)}: an equal state, and another end")
        if same:
            self.recovered[same] = found
        self._judge(left.killed, found, acknowledgement=acknowledgement)

    def _checked(self, left: Left, acknowledgement: bool) -> str:
        """What was left, as a recovery sees it; the rows must be in a state that the undisturbed run passed through."""
        state = left.state(self.folder.parent)
        if len(left.killed) == len(left.senders) == 1 and not acknowledgement and state not in self.states:
            self.report.broken.append(f"{self._name(left.killed)}: a state that never was")
        return fingerprint(state, self.folder, self._mails(left.senders), left.at, left.after)

    def _told(self, act: Callable[[str, Tell], Found], left: Left, alone: bool) -> Found:
        """What this act found, done by a process of its own or by this one."""
        by = self.put(left)
        self.report.recoveries += 1
        if alone:
            status, told = forked(lambda tell: tell(json.dumps(act(by, tell))))
            found: Found = json.loads(told[-1]) if status == 0 else {"error": [*told, f"ended with {status}"][-2:]}
        else:
            try:
                found = act(by, lambda _: None)
            except Exception as error:
                found = {"error": f"{type(error).__name__} {error!s:.300}"}
            self.ledger.dispose()
        return found if "error" in found else self.ends.setdefault(found["end"], found)

    def _recover(self, left: Left, by: str, tell: Tell) -> Found:
        world = self._world(by)
        self._acts(world, left.at, left.after, tell)
        return self._settled(world, (*left.senders, by), tell)

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

    def _settled(self, world: World, senders: tuple[str, ...], tell: Tell) -> Found:
        """When it is quiet: what is broken, how many copies there are, how many doubts were noted."""
        self._rounds(world, tell)
        mails = self._mails(senders)
        end = fingerprint(checksum(self.file), self.folder, mails, world.now)
        if end in self.ends:
            return self.ends[end]
        found = broken(self.ledger, mails, world.now) + self.story.witness(world)
        found += changed_by(self.ledger, world.look)
        found += ["I9 a mail more"] if self._mails(senders) != mails else []
        return {"end": end, "broken": found} | self._figures(mails)

    def _figures(self, mails: list[Mail]) -> Found:
        copies = Counter((mail.reference, mail.to) for mail in mails)
        with self.ledger.reading() as session:
            skipped = session.exec(select(Message.id).where(Message.state == MessageState.SKIPPED)).first()
            doubts = sum(session.exec(select(Delivery.indefinite)))
        return {
            "worst": max(copies.values(), default=0),
            "second": sum(number - 1 for number in copies.values()),
            "doubts": doubts,
            "skipped": skipped is not None,
        }

    def _mails(self, senders: tuple[str, ...]) -> list[Mail]:
        return self.earlier + [mail for by in senders for mail in self.spool.mails(by)]

    def _world(self, by: str) -> World:
        return World(self.ledger, self.spool.sender(by), self.moments[0], self.folder)

    def _judge(self, killed: tuple[str, ...], found: Found, *, acknowledgement: bool = False) -> None:
        report, kills = self.report, 0 if acknowledgement else len(killed)
        report.scenarios += 1
        report.by_kills[str(kills)] = report.by_kills.get(str(kills), 0) + 1
        report.acknowledgements += acknowledgement
        if "error" in found:
            report.broken.append(f"{self._name(killed)}: {found['error']}")
            return
        report.lost += sum(line.startswith("I1") for line in found["broken"])
        report.unsaid += sum(line.startswith("I3") for line in found["broken"])
        report.second_copies += found["second"]
        report.doubts += found["doubts"]
        report.copies[str(kills)] = max(report.copies.get(str(kills), 0), found["worst"])
        if kills == 1 and found["second"]:
            report.twice[killed[0]] = report.twice.get(killed[0], 0) + 1
        if found["skipped"]:
            sometimes.saw("skipped-rung")
        if found["doubts"]:
            sometimes.saw("indefinite-send")
            sometimes.saw("lease-takeover")
        report.broken += [f"{self._name(killed)}: {line}" for line in found["broken"]]

    def _name(self, killed: tuple[str, ...]) -> str:
        return f"{self.plan.story} {self.report.scenarios} {' > '.join(killed) or 'undisturbed'}"


def _reached(told: list[str], left: Left) -> tuple[int, datetime]:
    """The act that was being done at the end, and the moment the next process may begin."""
    last = [line.split() for line in told if line.startswith("at ")]
    return (int(last[-1][1]), datetime.fromisoformat(last[-1][2]) + LEASE_AND_MORE) if last else (left.at, left.after)


def with_region_at(file: Path) -> None:
    """A ledger with the region in it: made once for all stories."""
    ledger = Ledger(f"sqlite:///{file}")
    ledger.upgrade()
    with_region(ledger).dispose()


if __name__ == "__main__":
    main(Drill)
