"""Two processes on one ledger, stopped at chosen points: interleaved, asleep past the lease, or racing for one step.

`python -m tests.faults.drill_pairs PLANS`: `schedules` pairs of points, `sleepers` that wake after another took over,
`races` between an answer and a sweep, `answers` by two people at once.
"""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlmodel import select as rows

from domain.errors import Refusal
from integrations.ledger.tables import Step, StepState
from tasks.record_answer import record_answer
from tests.chain import Chain
from tests.faults.crowd import Did, at_once
from tests.faults.drill import LEASE_AND_MORE, Drill, Found
from tests.faults.drill_left import Left
from tests.faults.drill_plan import Report
from tests.faults.drill_stories import DOOR
from tests.faults.drill_tools import forked, main
from tests.faults.kill_points import Points

BLOCKED = 0.25
"""Seconds after which a process that was let go, and does not get where it should, waits for the other's lock."""
OUTSIDE = frozenset({"sweep.batch", "sweep.after", "bundle.after", "claim.after", "send.before", "send.after"})
STEP = "history_check"
CLOSES = {"register": "no_match", "outcome": "first"}


@dataclass
class Paused:
    """A child that stops at one point until it is let go."""

    pid: int
    outlet: int
    go: int

    def arrived(self, patience: float | None = None) -> bool:
        """It has come to its point, or to its end."""
        return bool(select.select([self.outlet], [], [], patience)[0] and os.read(self.outlet, 1))

    def let_go(self) -> None:
        """On to the end."""
        with suppress(BrokenPipeError):  # it has ended already
            os.write(self.go, b"g")

    def ended(self) -> int:
        """How it ended."""
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.outlet)
        os.close(self.go)
        return status


def paused(act: Callable[[Callable[[int, str], None]], None], at: int) -> Paused:
    """A child that does the act and stops at the point with this number, of those that are no statement."""
    outlet, inlet = os.pipe()
    line, go = os.pipe()
    pid = os.fork()
    if pid:
        os.close(inlet)
        os.close(line)
        return Paused(pid, outlet, go)
    signal.alarm(60)
    passed = 0

    def stop(_: int, name: str) -> None:
        nonlocal passed
        passed += "." in name
        if "." in name and passed == at:
            os.write(inlet, b"p")
            os.read(line, 1)

    code = 1
    try:
        act(stop)
        code = 0
    finally:
        os.write(inlet, b"e")
        os._exit(code)


class Pairs(Drill):
    """Two processes of one story."""

    def run(self) -> Report:
        """Everything the plan asks for."""
        self.warm()
        names = self.counted()
        points = [name for name in names if "." in name]
        self.report.points = len(points)
        every = [(a, b) for a in range(1, len(points) + 1) for b in range(1, len(points) + 1)]
        most = self.plan.schedules
        for a, b in every if most < 0 or most > len(every) else self.chance.sample(every, most):
            self._interleaved(a, b)
        outside = [number for number, name in enumerate(names, 1) if name in OUTSIDE]
        for _ in range(self.plan.sleepers):
            self._sleeper(self.chance.choice(outside))
        for _ in range(self.plan.races):
            self._race()
        for _ in range(self.plan.answers):
            self._two_answers()
        return self.report

    def _interleaved(self, a: int, b: int) -> None:
        by = self.put(self.fresh())

        def look(stop: Callable[[int, str], None]) -> None:
            with Points(stop).watching(self.ledger):
                self._acts(self._world(by), 0, self.moments[0], lambda _: None)

        one = paused(look, a)
        one.arrived()
        other = paused(look, b)
        other.arrived(BLOCKED)
        one.let_go()
        one.arrived(BLOCKED)  # unless the other stands in a transaction: then that must go on first
        other.let_go()
        ended = [one.ended(), other.ended()]
        found = self._quiet(by)
        if any(ended) or found.get("second") or found.get("doubts"):
            self.report.broken.append(
                f"{a} {b}: ended {ended}, {found.get('second')} copies, {found.get('doubts')} doubts"
            )
        self._judge((), found)

    def _sleeper(self, point: int) -> None:
        """One falls asleep; another comes after the lease, does the work; the first wakes and goes on."""
        by = self.put(self.fresh())
        pid = os.fork()
        if pid == 0:
            signal.alarm(500)
            stop = Points(lambda passed, _: os.kill(os.getpid(), signal.SIGSTOP) if passed == point else None)
            with stop.watching(self.ledger):
                self._acts(self._world(by), 0, self.moments[0], lambda _: None)
            os._exit(0)
        os.waitpid(pid, os.WUNTRACED)
        later = self.moments[0] + LEASE_AND_MORE
        forked(lambda tell: self._acts(self._world(by), 0, later, tell))
        os.kill(pid, signal.SIGCONT)
        status = os.waitpid(pid, 0)[1]
        found = self._quiet(by)
        if status:
            self.report.broken.append(f"the sleeper at {point} ended with {status}")
        self._judge((), found)

    def _race(self) -> None:
        """An answer closes the step whose rung is due now; the sweep decides that rung. Whoever is first, wins."""
        by = self.put(self.fresh())
        step = self._step()
        head_start = self.chance.choice([-0.01, 0.0, 0.01, 0.03, 0.1])  # seconds, of the sweep

        def swept() -> Did:
            time.sleep(max(0.0, -head_start))
            return self._swept(by)

        def answered() -> Did:
            time.sleep(max(0.0, head_start))
            return self._answer(step, "VT-201")

        acts: list[Callable[[], Did]] = [answered, swept]
        answer, sweep = at_once(acts)
        self.ledger.dispose()
        chain = Chain(self.ledger, self.moments[0])
        rungs = [message for message in chain.messages() if message.step_id == step and message.rung == "L1"]
        sent = [message for message in rungs if message.state == "sent"]
        self.ledger.dispose()
        what = ""
        if "error" in answer or "error" in sweep:
            what = f"errors: {answer.get('error')}, {sweep.get('error')}"
        elif _before(answer, sweep) and rungs:
            what = "decided after the answer"
        elif sent and _before(answer, sweep):
            what = "sent after the answer"
        self.report.outcomes["sweep first" if rungs else "answer first"] += 1
        self.report.broken += [f"race: {what}"] if what else []
        self._judge((), self._quiet(by))

    def _two_answers(self) -> None:
        self.put(self.fresh())
        step = self._step()
        acts: list[Callable[[], Did]] = [lambda c=code: self._answer(step, c) for code in ("VT-201", "VT-209")]  # type: ignore[misc]
        found = at_once(acts)
        said = sorted(str(one.get("error", one.get("state"))) for one in found)
        if said != ["KR-STAP-GESLOTEN", "done"]:
            self.report.broken.append(f"two answers: {said}")
        self.report.scenarios += 1

    def _step(self) -> str:
        """The step they race for."""
        chain = Chain(self.ledger, self.moments[0])
        [found] = [m.step_id for m in chain.messages() if m.step_id in self._open(chain)][:1]
        self.ledger.dispose()
        return found

    def _open(self, chain: Chain) -> set[str]:
        with chain.ledger.reading() as session:
            found = session.exec(rows(Step.id).where(Step.kind == STEP, Step.state == StepState.OPEN)).all()
        return set(found)

    def _answer(self, step: str, by: str) -> Did:
        try:
            done = record_answer(self.ledger, step, CLOSES, by, door=DOOR, now=self.moments[0], key=by)
        except Refusal as refusal:
            return {"error": refusal.code}
        return {"state": done.state}

    def _swept(self, by: str) -> Did:
        self._acts(self._world(by), 0, self.moments[0], lambda _: None)
        return {}

    def _quiet(self, by: str) -> Found:
        """What is found when the mail has gone quiet."""
        left = Left.found(self.folder, 0, self.moments[0], (by,), ())
        self.lies = left
        return self._told(lambda new, tell: self._settled(self._world_at_the_end(new), (by, new), tell), left, False)

    def _world_at_the_end(self, by: str) -> Any:
        world = self._world(by)
        world.now = self.moments[-1]
        return world


def _before(one: Did, other: Did) -> bool:
    return float(str(one["ended"])) < float(str(other["began"]))


if __name__ == "__main__":
    main(Pairs)
