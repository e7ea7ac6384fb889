"""A trial ledger with a virtual clock, and the command line to work on it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlmodel import col, select
from typer.testing import CliRunner

from deployments.cli import app
from domain.moments import parse_moment
from domain.reports import IncomingPerson, IncomingReport
from integrations.ledger import Actor, Ledger
from integrations.ledger.tables import Audit, Step
from tasks.receive_report import receive
from tasks.record_answer import Recorded, record_answer

KUSTLAND = Path(str(files("deployments.demo").joinpath("kustland.toml")))
BEGIN = "2026-04-20T22:05"
FAMILY = (("A", "adult", 1988), ("B", "adult", 1985), ("C", "child", 2012))
ROOT = Path(__file__).resolve().parents[2]
DEFAULTS: dict[str, Any] = {
    "source": "POL-KUST",
    "channel": "file",
    "reporter_class": "police",
    "disclosure": "open",
    "concern": "child_abuse",
    "municipality": "MEERDORP",
    "feedback_wanted": True,
}


@dataclass(frozen=True)
class Done:
    """What a command did: its exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)

    @property
    def all(self) -> str:
        """Everything anybody could have read."""
        return self.out + self.err


def call(*words: str) -> Done:
    """Run the command line in this process."""
    result = CliRunner().invoke(app, list(words))
    return Done(result.exit_code, result.stdout, result.stderr)


def start(*words: str) -> subprocess.Popen[str]:
    """Start the command line as a process of its own."""
    command = [sys.executable, "-m", "deployments", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> Done:
    """Wait for a started command."""
    out, err = process.communicate(timeout=300)
    return Done(process.returncode, out, err)


def moment(text: str) -> datetime:
    """A moment in Amsterdam."""
    return parse_moment(text)


class Trial:
    """One trial ledger: `run` adds its address to a command."""

    def __init__(self, path: Path, ledger: Ledger | None = None) -> None:
        self.url = f"sqlite:///{path}"
        self.ledger = ledger or Ledger(self.url)

    @classmethod
    def of(cls, ledger: Ledger) -> "Trial":
        """Around a ledger on any database, for acts without the command line."""
        return cls(Path("geen"), ledger)

    def run(self, *words: str) -> Done:
        """A command on this ledger."""
        return call(*words, "--database", self.url)

    def receive(
        self,
        at: str,
        number: str,
        *,
        known_at: str = "",
        persons: Sequence[tuple[str, str, int]] = FAMILY,
        **fields: Any,
    ) -> str:
        """A report, taken in; returns the case's reference. `known_at`: the moment it was recorded, when later."""
        household = tuple(IncomingPerson(key=k, role=role, birth_year=year) for k, role, year in persons)
        given = DEFAULTS | {"household": f"H-{number}", "accepted_by": "VT-911"} | fields
        report = IncomingReport(number=number, received_at=moment(at), persons=household, **given)
        now = moment(known_at or at)
        with self.ledger.unit_of_work(now=now, actor=Actor("VT-911", "vt_on_call", "proef")) as uow:
            return receive(uow, report, now).case_reference

    def step(self, reference: str, kind: str, state: str = "") -> str:
        """The last step of this kind in a case."""
        wanted = select(Step.id).where(Step.kind == kind, col(Step.id).startswith(reference))
        wanted = wanted.where(Step.state == state) if state else wanted
        with self.ledger.reading() as session:
            return session.exec(wanted.order_by(col(Step.id).desc())).first() or ""

    def record(self, reference: str, kind: str, by: str, at: str, **given: object) -> Recorded:
        """Record an answer without the command line."""
        found = self.step(reference, kind, "open") or self.step(reference, kind)
        return record_answer(self.ledger, found, given, by, door="proef", now=moment(at))

    def audit(self, act: str) -> list[Audit]:
        """The lines of the trail with this act."""
        with self.ledger.reading() as session:
            return list(session.exec(select(Audit).where(Audit.act == act).order_by(col(Audit.seq))))


def decide(trial: Trial, reference: str) -> None:
    """Take the case to the decision that brings the local team in."""
    trial.record(reference, "immediate_safety_check", "VT-911", "2026-04-21T08:50", outcome="not_acute")
    trial.record(
        reference,
        "history_check",
        "VT-201",
        "2026-04-21T09:00",
        earlier_reports=0,
        register="no_match",
        outcome="first",
    )
    spoken = {"heard_A": "yes", "heard_B": "yes", "heard_C": "alone", "risk_1": "neglect", "outcome": "structural"}
    trial.record(reference, "safety_assessment", "VT-201", "2026-04-24T09:00", **spoken)
    route = {"outcome": "conditions_and_follow_up", "local_professional": "WT-201"}
    trial.record(reference, "route_decision", "VT-201", "2026-04-24T10:00", **route)
    trial.record(reference, "route_decision", "VT-209", "2026-04-24T11:00", approval="yes")
