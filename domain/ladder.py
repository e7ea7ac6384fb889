"""The ladder of reminders and escalation: which rung is due for a step, to whom, and when the next one comes.

R before the due date; L1 once it has passed, to owner and team lead; L2 after 2 working days to the process director
(chain steps) or the manager; L3 and L4 after 5 and 10 working days as counts only; ACUTE at once, repeated until
acknowledged. Days and hours are POLICY. A refused hand-over climbs from the refusal (domain 7.4).
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from domain.calendar_nl import Calendar
from domain.parties import Role, Roster
from domain.policy import Policy
from domain.policy.model import Escalation
from domain.step import Ladder, Step
from domain.terms import add_working_days, at_hour, local_date, working_days_before

COUNTS = frozenset({"L3", "L4"})
REMINDERS = frozenset({"R", "R10", "R5"})
UNASSIGNED = ""


@dataclass(frozen=True)
class Rung:
    """One rung and the moment it is due."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Lateness:
    """What the ladder must know of a step: when it opened and is due; whether refused, acute, acknowledged."""

    opened_at: datetime
    due_at: datetime | None
    stalled_at: datetime | None = None
    acute: bool = False
    acknowledged_at: datetime | None = None


@dataclass(frozen=True)
class Decision:
    """What a sweep does for a step: `rungs` (name, number) are due, an alarm last; look again at `next_at`, if ever.

    `moments`: when each of them was due, in the same order.
    """

    rungs: tuple[tuple[str, int], ...]
    next_at: datetime | None
    moments: tuple[datetime, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Word:
    """One rung, due `at`, to one party; not `said` when that party hears a higher rung of this step at this moment."""

    rung: str
    number: int
    party: str
    said: bool
    at: datetime


def rungs_of(step: Step, late: Lateness, policy: Policy) -> tuple[Rung, ...]:
    """Every rung of a step in order of time, the alarm not included."""
    if late.due_at is None:
        return ()
    before = _before(step, late, policy) if late.stalled_at is None else []
    if step.ladder is Ladder.ACUTE:
        return tuple(before)
    return (*before, *_after(step, late, policy))


def _before(step: Step, late: Lateness, policy: Policy) -> list[Rung]:
    assert late.due_at is not None
    reminders = _rungs_around(policy.calendar(), policy.escalation, late.due_at).before
    silent = not step.notice  # nothing was said at the opening, so a reminder at that very moment is the first word
    return [
        rung
        for rung in reminders
        if rung.name in step.reminders and (rung.at > late.opened_at or (silent and rung.at == late.opened_at))
    ]


def _after(step: Step, late: Lateness, policy: Policy) -> tuple[Rung, ...]:
    base = min(moment for moment in (late.stalled_at, late.due_at) if moment)  # a late refusal buys no time
    after = _rungs_around(policy.calendar(), policy.escalation, base).after
    if base != late.stalled_at and step.ladder is not Ladder.HOURS:
        return after
    at_once = (Rung(rung.name, base) if rung.name == "L1" else rung for rung in after)
    return tuple(sorted(at_once, key=_moment))


@dataclass(frozen=True)
class _Around:
    """The rungs before and after one due date, each in order of time."""

    before: tuple[Rung, ...]
    after: tuple[Rung, ...]


@lru_cache(maxsize=4096)
def _rungs_around(calendar: Calendar, rule: Escalation, base: datetime) -> _Around:
    """All steps that are due at one moment share these, so they are worked out once."""
    day = local_date(base)
    ahead = (*zip(("R10", "R5"), rule.monitoring, strict=True), ("R", rule.remind_before_wd))
    late = (("L1", 1), ("L2", rule.l2_after_wd), ("L3", rule.l3_after_wd), ("L4", rule.l4_after_wd))
    before = [Rung(name, _morning(working_days_before(day, wd, calendar), rule)) for name, wd in ahead]
    after = [Rung(name, _morning(add_working_days(day, wd, calendar), rule)) for name, wd in late]
    return _Around(tuple(sorted(before, key=_moment)), tuple(sorted(after, key=_moment)))


def _morning(day: date, rule: Escalation) -> datetime:
    """In UTC: moments of one zone are compared at once, others by way of their offsets."""
    return at_hour(day, rule.ladder_hour).astimezone(UTC)


def _moment(rung: Rung) -> datetime:
    return rung.at


def first_action(step: Step, late: Lateness, policy: Policy, now: datetime) -> datetime | None:
    """When the sweep must first look at a step that opens, or whose due moment changes, at `now`."""
    ahead = [rung.at for rung in rungs_of(step, late, policy) if rung.at > now or _owed(rung, step)]
    alarm = _alarm_from(step, late)
    return min([*ahead, *([alarm] if alarm else [])], default=None)


def _owed(rung: Rung, step: Step) -> bool:
    """A rung whose moment has passed is still said when it is about lateness, or when nothing else was said."""
    return rung.name not in REMINDERS or not step.notice


def decide(step: Step, late: Lateness, policy: Policy, looked: datetime, now: datetime) -> Decision:
    """The rungs that became due since the step was last looked at, and the alarm, which stands beside them."""
    due, moments, ahead = [], [], []
    for rung in rungs_of(step, late, policy):
        if rung.at > now:
            ahead.append(rung.at)
            break
        if rung.at >= looked:
            due.append((rung.name, 1))
            moments.append(rung.at)
    alarm = _alarm_from(step, late)
    if alarm is not None and alarm <= now:
        every = timedelta(minutes=policy.escalation.acute_repeat_minutes)
        number = (now - late.opened_at) // every + 1
        due.append(("ACUTE", number))
        moments.append(late.opened_at + (number - 1) * every)
        ahead.append(late.opened_at + number * every)
    elif alarm is not None:
        ahead.append(alarm)
    return Decision(tuple(due), min(ahead, default=None), tuple(moments))


def _alarm_from(step: Step, late: Lateness) -> datetime | None:
    """Since when the alarm sounds: an acute step from its opening, an urgent clock from the moment it runs out.

    An acknowledgement silences the alarm that was sounding, never the one of a clock that runs out later.
    """
    if late.acute and late.acknowledged_at is None:
        return late.opened_at
    if step.ladder is not Ladder.ACUTE or late.due_at is None:
        return None
    heard = late.acknowledged_at is not None and late.acknowledged_at >= late.due_at
    return None if heard else late.due_at


def words(decision: Decision, step: Step, owner: str, teams: tuple[str, ...], roster: Roster) -> tuple[Word, ...]:
    """Who hears what. After an outage each party hears, once, the highest rung that is meant for it; so a count for the
    steering group never takes the place of what the owner must hear. Numbers and alarms stand beside the rest."""
    told: set[str] = set()
    found: list[Word] = []
    for (rung, number), at in zip(reversed(decision.rungs), reversed(decision.moments), strict=True):
        parties = addressees(rung, number, step, owner, teams, roster)
        beside = rung in COUNTS or rung == "ACUTE"
        found += [Word(rung, number, party, beside or party not in told, at) for party in reversed(parties)]
        told.update(() if beside else parties)
    return tuple(reversed(found))


def addressees(
    rung: str, number: int, step: Step, owner: str, teams: tuple[str, ...], roster: Roster
) -> tuple[str, ...]:
    """The codes a rung goes to. `teams`: the owner's team first, for chain steps the other party's team after it.

    The duty desk is whose shift it is at the roster's moment. In a region where nobody holds a role that may hear it,
    the rung goes to the empty code: delivery then finds who can be reached, or says that nobody can.
    """
    match rung:
        case "ACUTE":
            leads = roster.leads(teams[:1]) if number > 1 else ()
            found = (*roster.desk(), *leads)
        case "L1":
            duty = roster.desk() if step.ladder is Ladder.HOURS else ()
            found = (owner, *duty, *roster.leads(teams if step.chain else teams[:1]))
        case "L2":
            found = roster.holding(Role.PROCESS_DIRECTOR if step.chain else Role.VT_MANAGER)
        case "L3":
            found = (*roster.holding(Role.CONTRACT_MANAGER), *roster.holding(Role.REGIONAL_OFFICIAL))
        case "L4":
            found = roster.holding(Role.STEERING_GROUP)
        case _:
            found = (owner,)
    present = tuple(dict.fromkeys(code for code in found if code))
    return present or roster.last_resort(teams[:1]) or (UNASSIGNED,)
