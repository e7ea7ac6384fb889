"""A ledger on which something is due, rounds on it, and a sender that only writes down what it would have sent."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from domain.errors import OutsideFailure
from integrations.ledger import Ledger
from integrations.mail import Result, Verdict
from tasks.deliver_messages import deliver_messages
from tasks.sweep_deadlines import sweep_deadlines
from tests.chain import Chain
from tests.faults import invariants
from tests.faults.invariants import Mail
from tests.region import moment, with_region

DUE = moment("2026-05-06T10:00")
MINUTES = timedelta(minutes=2)
"""Longer than a lease and than the first wait of the ladder."""
ROUNDS = 12


@dataclass
class Recorder:
    """The outside: takes every mail at once."""

    mails: list[Mail] = field(default_factory=list)

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        """Write it down."""
        self.mails.append(Mail(reference, channel.removeprefix("mail:"), subject, body))
        return Result(Verdict.SENT)


@dataclass
class Place:
    """One ledger and the mails that left it."""

    ledger: Ledger
    post: Recorder = field(default_factory=Recorder)
    now: datetime = DUE

    @classmethod
    def of(cls, template: Path, folder: Path, name: str, *, busy_seconds: float = 10.0) -> "Place":
        """On a copy of the template."""
        path = shutil.copy(template, folder / f"{name}.sqlite")
        return cls(Ledger(f"sqlite:///{path}", busy_seconds=busy_seconds))

    def round(self) -> None:
        """Sweep and deliver."""
        sweep_deadlines(self.ledger, self.now)
        deliver_messages(self.ledger, self.now, self.post)

    def stopped_by(self) -> str:
        """The code with which a round ends, '' when it ends well. Any error but our own goes on."""
        try:
            self.round()
        except OutsideFailure as error:
            return error.code
        return ""

    def recovers(self) -> None:
        """A few rounds later all is as it must be, and one more changes nothing."""
        for _ in range(3):
            self.now += MINUTES
            self.round()
        invariants.check(self.ledger, self.post.mails, self.now, again=self.round)

    def closed(self) -> "Place":
        """No connection left."""
        self.ledger.dispose()
        return self


def filled(ledger: Ledger, cases: int = 3) -> Chain:
    """Cases whose steps are due, late or urgent at DUE, and of which nobody was told yet."""
    chain = Chain(with_region(ledger))
    for number in range(cases):
        chain.report(household=f"H-{number}")
        if number:
            given = {"outcome": "not_acute", "suspicion": "structural"}
            chain.record("immediate_safety_check", "VT-911", "2026-04-21T08:50", **given)
    return chain
