"""What a ledger owes, worked out again from the steps and the trail alone: what the sweep did is not asked.

Of each step: the message at its opening, every rung of its present term, and the alarms that sounded.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.ladder import REMINDERS, Lateness, Rung, addressees, rungs_of
from domain.parties import Roster
from domain.policy import Policy
from domain.process import PROCESS, step_of
from domain.step import Ladder
from integrations.ledger.open_steps import lateness
from integrations.ledger.people import roster
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Audit, Case, Step, StepState, SweepRun

KNOWN = frozenset(step.word for step in PROCESS)
SEEN = frozenset({"urgent-gezien", "stap-afgerond", "antwoord-vastgelegd"})
OPENED, CLOCK_BACK = "stap-geopend", "klok-terug"


@dataclass(frozen=True)
class Owed:
    """One message that must have been decided. `party` '' and `version` 0: to whom, and in which version, is open."""

    step_id: str
    rung: str
    number: int
    version: int
    party: str
    at: datetime | None


@dataclass
class Trail:
    """What the audit trail says of one step."""

    opened: datetime | None
    version_since: datetime | None
    seen: Sequence[datetime]


class Obligations:
    """Everything that is owed at `now`, when a sweep at `now` has been completed."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.now = now
        self.policy: Policy = policy_of(session)
        self.roster: Roster = roster(session)
        self.steps = list(session.exec(select(Step).order_by(Step.id)))
        self.cases = {case.id: case for case in session.exec(select(Case))}
        sweeps = session.exec(select(SweepRun.at).where(col(SweepRun.clock_back).is_(False)))
        self.sweeps = sorted(sweeps)
        self._trail = _read_trail(session)

    def all(self) -> Iterator[Owed]:
        """Of every step, open or closed."""
        for step in self.steps:
            if step.kind in KNOWN:
                yield from self._of(step)

    def _of(self, step: Step) -> Iterator[Owed]:
        kind, trail = step_of(step.kind), self.trail(step)
        if trail.opened is None or step.opened_at is None:
            return
        if kind.notice:
            yield Owed(step.id, "ACUTE" if step.acute else "NOTICE", 1, 0, "", None)
        if step.suspended_until is not None and step.suspended_until > self.now:
            return
        horizon = self._looked_until(step, trail.version_since or trail.opened)
        if horizon is None:
            return
        for rung in self.rungs(step):
            said = rung.at > (trail.version_since or self.now) or rung.name not in REMINDERS or not kind.notice
            if rung.at <= horizon and said:
                yield from self._to_all(step, rung.name, 1, rung.at)
        yield from self._alarms(step, trail)

    def rungs(self, step: Step) -> Sequence[Rung]:
        """Every rung of the present term; before a refusal those of the term as it was."""
        kind, late = step_of(step.kind), lateness(step)
        found = {rung.name: rung for rung in rungs_of(kind, late, self.policy)}
        if late.stalled_at is not None:
            before = rungs_of(kind, replace(late, stalled_at=None), self.policy)
            looked = max((at for at in self.sweeps if at <= late.stalled_at), default=late.opened_at)
            found = {rung.name: rung for rung in before if rung.at <= looked} | found  # later ones the refusal overtook
        return tuple(found.values())

    def trail(self, step: Step) -> Trail:
        """When it was opened, since when its present term runs, and when somebody was seen to know of it."""
        rows = self._trail[step.id]
        opened = next((row.at for row in rows if row.act == OPENED), None)
        versions = [row.at for row in rows if row.details.get("version") == step.deadline_version]
        back = [row.at for row in self._trail[""] if row.act == CLOCK_BACK]
        since = opened if step.deadline_version == 1 else max(versions or back, default=None)
        return Trail(opened, since, [row.at for row in rows if row.act in SEEN])

    def _looked_until(self, step: Step, since: datetime) -> datetime | None:
        """The last completed sweep of the present term: what came due after it and before the end is not owed. A step
        may open, or be extended, when its term is over already: sweeps before that saw none of it."""
        end = step.closed_at or self.now + timedelta(microseconds=1)
        return max((at for at in self.sweeps if since <= at <= self.now and at < end), default=None)

    def _to_all(self, step: Step, rung: str, number: int, at: datetime | None) -> Iterator[Owed]:
        case = self.cases[step.case_id]
        teams = tuple(dict.fromkeys((step.team, case.team, case.local_team)))
        for party in addressees(rung, number, step_of(step.kind), step.owner, teams, self.roster):
            yield Owed(step.id, rung, number, step.deadline_version, party, at)

    def _alarms(self, step: Step, trail: Trail) -> Iterator[Owed]:
        """One for each completed sweep while the alarm sounded."""
        since = _sounds_from(step, lateness(step), trail)
        if since is None or step.opened_at is None:
            return
        heard = min((at for at in trail.seen if at >= since), default=None)
        end = min((at for at in (heard, step.closed_at) if at is not None), default=None)
        every = timedelta(minutes=self.policy.escalation.acute_repeat_minutes)
        for at in self.sweeps:
            if since <= at <= self.now and (end is None or at < end):
                number = (at - step.opened_at) // every + 1
                yield from self._to_all(step, "ACUTE", number, step.opened_at + (number - 1) * every)


def _sounds_from(step: Step, late: Lateness, trail: Trail) -> datetime | None:
    if trail.version_since is None or step.state == StepState.PLANNED:
        return None
    if step.acute and not any(at >= late.opened_at for at in trail.seen):
        return max(late.opened_at, trail.version_since)
    if step_of(step.kind).ladder is Ladder.ACUTE and late.due_at is not None:
        return max(late.due_at, trail.version_since)
    return None


def _read_trail(session: Session) -> dict[str, list[Audit]]:
    found: dict[str, list[Audit]] = defaultdict(list)
    for row in session.exec(select(Audit).order_by(col(Audit.seq))):
        found[row.step_id].append(row)
    return found
