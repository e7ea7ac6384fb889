"""A region in which anything may be tried, with a mail relay of our own and the model that watches."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlmodel import col, select

from domain.dutch import AMSTERDAM
from domain.errors import Refusal
from domain.process import PROCESS
from domain.reports import IncomingPerson, IncomingReport
from domain.suspension import REASONS
from integrations.faults import armed
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Step, StepState
from integrations.report_files import write_reports
from tasks.deliver_messages import deliver_messages
from tasks.extend_step import extend_step
from tasks.import_reports import import_reports
from tasks.resume_step import resume_step
from tasks.suspend_step import suspend_step
from tests.chain import Chain
from tests.faults.invariants import broken
from tests.faults.model import Model
from tests.faults.model_relay import Relay
from tests.region import DOOR, RECEIVED, moment
from tests.walk import Walker

HOUSEHOLDS = ("A:adult:1988 B:child:2015", "A:elder:1940 B:adult:1970", "A:adult:1990")


class Killed(BaseException):
    """The process died here: nothing catches this."""


class World:
    """One region; every act is followed by `look`, which asks the model and the invariants."""

    def __init__(self, region: Path, ledger: Ledger, seed: int = 0) -> None:
        ledger.dispose()
        self.file = Path(str(ledger.url.database))
        for left in self.file.parent.glob("ledger.sqlite*"):
            left.unlink()
        shutil.copy(region, self.file)
        self.chain = Chain(ledger, moment(RECEIVED))
        self.walker = Walker(self.chain, Random(seed))
        self.relay, self.acts, self.killed, self.fresh = Relay(), 0, 0, False
        with ledger.unit_of_work(now=self.chain.now, actor=SYSTEM) as work:
            settings_table.put(work, "clock", "virtual")
            self.model = Model(policy_of(work.session))

    def draw(self, seed: int) -> Random:
        """From here on chance follows from this seed; a minute after what came before, so that acts have an order."""
        self.chain.now += timedelta(minutes=1)
        self.walker.chance = Random(seed)
        return self.walker.chance

    def report(self, seed: int) -> None:
        """A household is reported."""
        chance = self.draw(seed)
        at = f"{self.chain.now.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}"
        given = {"persons": chance.choice(HOUSEHOLDS), "accepted_by": chance.choice(["", "VT-911"])}
        household = f"H-{chance.randrange(4)}"
        self._do(lambda: self.chain.report(at, household=household, possibly_acute=chance.random() < 0.4, **given))

    def batch(self, seed: int) -> None:
        """A file with three reports comes in."""
        self.draw(seed)
        numbers = range(self.chain.reports, self.chain.reports + 3)
        self.chain.reports += 3
        with TemporaryDirectory() as folder:
            path = Path(folder) / "meldingen.csv"
            write_reports(path, [_incoming(n, self.chain.now) for n in numbers])
            self._do(lambda: import_reports(self.chain.ledger, path, "VT-911", self.chain.now))

    def act(self, seed: int, name: str) -> None:
        """Somebody finishes, answers, approves, joins or acknowledges something."""
        self.draw(seed)
        self._do(getattr(self.walker, name))

    def by_hand(self, seed: int) -> None:
        """Somebody opens a step by hand."""
        chance = self.draw(seed)
        self._do(lambda: self.walker.open(chance.choice(PROCESS).word))

    def late(self, seed: int) -> None:
        """Nobody acts until a step is late; then somebody does."""
        found = [step.due_at for step in self.steps() if step.state == StepState.OPEN and step.due_at]
        if found:
            self.chain.now = max(self.chain.now, min(found)) + timedelta(days=Random(seed).randint(1, 10))
            self.act(seed, "finish")

    def term(self, seed: int) -> None:
        """Somebody extends, suspends or resumes a term, or is refused."""
        chance = self.draw(seed)
        now, ledger = self.chain.now, self.chain.ledger
        found = [step for step in self.steps() if step.state == StepState.OPEN]
        if not found:
            return
        step, by = chance.choice(found), chance.choice(["VT-201", "VT-901", "KR-001", "WT-201"])
        until, reason = (now + timedelta(days=chance.randint(1, 60))).date(), chance.choice(sorted(REASONS))
        acts: list[Callable[[], object]] = [
            lambda: extend_step(ledger, step.id, reason, by, door=DOOR, now=now),
            lambda: suspend_step(ledger, step.id, until, reason, by, door=DOOR, now=now),
            lambda: resume_step(ledger, step.id, by, door=DOOR, now=now),
        ]
        self._do(chance.choice(acts))

    def wait(self, hours: int) -> None:
        """Time passes; nothing happens by itself."""
        self.chain.now += timedelta(hours=hours)
        self.fresh = False

    def sweep(self) -> None:
        """The clockwork comes by."""
        assert self.chain.sweep().failed == 0
        self.model.swept(self.steps(), self.chain.now)
        self.fresh = True

    def deliver(self) -> None:
        """Mail goes out, as far as the relay takes it."""
        deliver_messages(self.chain.ledger, self.chain.now, self.relay)

    def restart(self) -> None:
        """A new process: nothing is remembered but in the ledger."""
        url = self.chain.ledger.url
        self.chain.ledger.dispose()
        self.chain.ledger = Ledger(url.render_as_string(hide_password=False))

    def kill(self, seed: int) -> None:
        """The process dies at some point of a sweep and a delivery; what it had not committed is gone."""
        left = [Random(seed).randint(0, 12)]

        def fault(_: str) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Killed

        try:
            with armed(fault):
                self.chain.sweep()
                self.deliver()
        except Killed:
            self.killed += 1
        self.sweep()

    def steps(self) -> list[Step]:
        """Every step as it is now."""
        with self.chain.ledger.reading() as session:
            return list(session.exec(select(Step).order_by(col(Step.id))))

    def look(self) -> None:
        """The model agrees; and after a sweep, which alone can tell what is lost, no invariant is broken."""
        self.model.saw(self.steps(), self.chain.now)
        found = [self.model.wrong(self.chain.messages())]
        if self.fresh:
            found += broken(self.chain.ledger, self.relay.mails, self.chain.now, settled=False)
        assert not any(found), "\n".join(found)

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Refusal:
            return
        self.acts += 1
        self.fresh = False


def _incoming(number: int, now: datetime) -> IncomingReport:
    return IncomingReport(
        source="POL-KUST",
        number=f"B-{number}",
        received_at=now - timedelta(minutes=1),
        channel="file",
        reporter_class="police",
        disclosure="open",
        concern="partner_violence",
        municipality="DUINWIJK",
        household=f"H-B{number}",
        persons=(IncomingPerson(key="A", role="adult", birth_year=1990),),
    )
