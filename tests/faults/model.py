"""What must have been decided, by the process table and the ladder of domain 2.2 alone: a second reading of both.

It knows a step only as its row says (opened, due, refused, acute) and counts working days by itself. It is told of
every act after it happened, and of every sweep; what was then decided must be what it says, no more and no less.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from domain.calendar_nl import Calendar
from domain.dutch import AMSTERDAM
from domain.policy import Policy
from domain.process import PROCESS
from domain.step import Ladder
from integrations.ledger.tables import Message, Step, StepState

TABLE = {step.word: step for step in PROCESS}
DAY = timedelta(days=1)
LATE = ("L1", "L2", "L3", "L4")
RUNGS = frozenset({"R", "R5", "R10", *LATE})
Said = tuple[str, str, int]


@dataclass
class Model:
    """`due`: (step, rung, version of its term) that must be decided; `alarms`: (step, number) that must sound."""

    policy: Policy
    due: set[Said] = field(default_factory=set)
    alarms: set[tuple[str, int]] = field(default_factory=set)
    since: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def saw(self, steps: Sequence[Step], now: datetime) -> None:
        """Somebody acted at `now`, and these are the steps afterwards."""
        for step in steps:
            if step.state == StepState.OPEN:
                self.since.setdefault((step.id, step.deadline_version), now)

    def swept(self, steps: Sequence[Step], now: datetime) -> None:
        """A sweep came by at `now`, and these are the steps afterwards."""
        self.saw(steps, now)
        for step in steps:
            if step.state == StepState.OPEN and not (step.suspended_until and step.suspended_until > now):
                self._decide(step, now)

    def wrong(self, messages: Sequence[Message]) -> str:
        """What differs from what was decided, '' when nothing does."""
        decided = {(m.step_id, m.rung, m.deadline_version) for m in messages if m.rung in RUNGS}
        sounded = {(m.step_id, m.ordinal) for m in messages if m.rung == "ACUTE"}
        parts = {
            "not decided": self.due - decided,
            "decided, and not due": decided - self.due,
            "alarms that were not sounded": self.alarms - sounded,
            "decided for nobody": {m.id for m in messages if not m.party},
        }
        return "; ".join(f"{what}: {found}" for what, found in parts.items() if found)

    def _decide(self, step: Step, now: datetime) -> None:
        kind, since = TABLE[step.kind], self.since[step.id, step.deadline_version]
        for rung, at in self._moments(step).items():
            in_time = at > since if kind.notice else step.opened_at is not None and at >= step.opened_at
            if at <= now and (rung in LATE or in_time):
                self.due.add((step.id, rung, step.deadline_version))
        begins = self._alarm(step)
        if begins is not None and begins <= now and step.opened_at is not None:
            every = timedelta(minutes=self.policy.escalation.acute_repeat_minutes)
            self.alarms.add((step.id, (now - step.opened_at) // every + 1))

    def _moments(self, step: Step) -> dict[str, datetime]:
        kind, rule, found = TABLE[step.kind], self.policy.escalation, dict[str, datetime]()
        if step.due_at is None:
            return found
        if step.stalled_at is None:
            before = {"R10": rule.monitoring[0], "R5": rule.monitoring[1], "R": rule.remind_before_wd}
            found = {rung: self._morning(step.due_at, -before[rung]) for rung in kind.reminders}
        if kind.ladder is Ladder.ACUTE:
            return found
        base = min(step.due_at, step.stalled_at or step.due_at)
        after = (1, rule.l2_after_wd, rule.l3_after_wd, rule.l4_after_wd)
        found |= {rung: self._morning(base, days) for rung, days in zip(LATE, after, strict=True)}
        if kind.ladder is Ladder.HOURS or base == step.stalled_at:
            found["L1"] = base
        return found

    def _morning(self, moment: datetime, working_days: int) -> datetime:
        day = walked(moment.astimezone(AMSTERDAM).date(), working_days, self.policy.calendar())
        return datetime.combine(day, time(self.policy.escalation.ladder_hour), AMSTERDAM)

    def _alarm(self, step: Step) -> datetime | None:
        if step.acute and step.acknowledged_at is None:
            return step.opened_at
        if TABLE[step.kind].ladder is not Ladder.ACUTE or step.due_at is None:
            return None
        heard = step.acknowledged_at is not None and step.acknowledged_at >= step.due_at
        return None if heard else step.due_at


def walked(day: date, working_days: int, calendar: Calendar) -> date:
    """So many working days further, or back."""
    left, step = abs(working_days), DAY if working_days > 0 else -DAY
    while left:
        day += step
        left -= calendar.counts(day)
    return day
