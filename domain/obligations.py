"""What a step owes: every rung whose moment comes while it is open, worked out anew from its life and the ladder.

Not a word of this is read from messages: the account of a day holds what was planned and sent against it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.ladder import REMINDERS, Lateness, rungs_of
from domain.messages import ACUTE
from domain.policy import Policy
from domain.step import Ladder, Step

NOTICE = "NOTICE"
CLOSED, MOVED, HEARD, HIGHER = "stap-klaar", "termijn-verzet", "bevestigd", "hogere-trede"


@dataclass(frozen=True)
class Chapter:
    """A stretch of a step's life in which its clock did not change: `version` of the term, from when, due when."""

    version: int
    from_at: datetime
    due_at: datetime | None
    stalled_at: datetime | None = None


@dataclass(frozen=True)
class Life:
    """A step from its opening on. `chapters` in order of time; `heard`: when somebody acknowledged or answered.

    `strange`: versions of the term that no act explains (a clock that was put back); they may stand for any other.
    """

    step_id: str
    kind: Step
    opened_at: datetime
    closed_at: datetime | None
    acute: bool
    chapters: tuple[Chapter, ...]
    heard: tuple[datetime, ...] = ()
    strange: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Owed:
    """One rung that is owed. A sweep from `since` on must plan it, until it is no longer said (`until`, and `why`).

    `at` is the rung's own moment; `since` is later where the step was opened, or its term set, after that moment.
    One that is over at the moment it begins is owed only where somebody planned it after all: `fleeting`.
    `at_once`: planned by the act itself, without any sweep. `versions` of the term under which it may stand.
    """

    step_id: str
    rung: str
    number: int
    versions: frozenset[int]
    at: datetime
    since: datetime
    until: datetime | None
    why: str
    at_once: bool = False

    @property
    def fleeting(self) -> bool:
        """True for a step that was over before we heard of it: most say nothing."""
        return self.until is not None and self.until <= self.since


def owed(life: Life, policy: Policy, start: datetime, end: datetime) -> Iterator[Owed]:
    """Everything owed at moments from `start` up to `end`: notice, rungs of each version of the term, alarms."""
    for found in (*ladder_of(life, policy), *_alarms(life, policy, start, end)):
        if start <= found.at < end:
            yield found


def ladder_of(life: Life, policy: Policy) -> Iterator[Owed]:
    """Everything it owes on any day but the alarms: the notice, and the rungs of each version of the term."""
    yield from _notice(life)
    yield from _rungs(life, policy)


def _notice(life: Life) -> Iterator[Owed]:
    if life.kind.notice:
        rung, at = ACUTE if life.acute else NOTICE, life.opened_at
        yield Owed(life.step_id, rung, 1, frozenset(), at, at, life.closed_at, CLOSED, at_once=True)


def _rungs(life: Life, policy: Policy) -> Iterator[Owed]:
    ends = [chapter.from_at for chapter in life.chapters[1:]]
    for chapter, moved_at in zip(life.chapters, (*ends, None), strict=True):
        until = _first(moved_at, life.closed_at)
        why = CLOSED if until == life.closed_at else MOVED
        late = Lateness(life.opened_at, chapter.due_at, chapter.stalled_at)
        rungs = rungs_of(life.kind, late, policy)
        first = min((r.at for r in rungs if r.at > chapter.from_at or _said_late(r.name, life.kind)), default=None)
        for rung in rungs:
            since = max(rung.at, chapter.from_at)
            if first is not None and rung.at >= first and (until is None or since < until):
                yield Owed(life.step_id, rung.name, 1, life.strange | {chapter.version}, rung.at, since, until, why)


def _said_late(rung: str, kind: Step) -> bool:
    """What was due before the step opened, or before its term was set, is still said when it is about lateness."""
    return rung not in REMINDERS or not kind.notice


def _alarms(life: Life, policy: Policy, start: datetime, end: datetime) -> Iterator[Owed]:
    """Each repetition between these moments; one that no sweep saw is overtaken by the next."""
    every = timedelta(minutes=policy.escalation.acute_repeat_minutes)
    for begin, stop, why in _sounding(life):
        number = max(0, (max(begin, start) - life.opened_at) // every)
        number += number == 0 and life.acute and life.kind.notice  # the notice was the first alarm
        while (moment := life.opened_at + number * every) < end and (stop is None or moment < stop):
            since, following = max(moment, begin), moment + every
            overtaken = stop is None or following < stop
            until, reason = (following, HIGHER) if overtaken else (stop, why)
            number += 1
            yield Owed(life.step_id, ACUTE, number, frozenset(), since, since, until, reason)


def _sounding(life: Life) -> Iterator[tuple[datetime, datetime | None, str]]:
    """The stretches in which the alarm sounds: from the opening of an acute step, and when an urgent clock runs out."""
    begins = [life.opened_at] if life.acute else []
    if life.kind.ladder is Ladder.ACUTE:
        ends = (*(chapter.from_at for chapter in life.chapters[1:]), None)
        lasting = zip(life.chapters, ends, strict=True)
        begins += [c.due_at for c, until in lasting if c.due_at and (until is None or c.due_at < until)]
    sounded = life.opened_at
    for moment in sorted(begins):
        begin, heard = max(moment, sounded), next((at for at in sorted(life.heard) if at >= moment), None)
        stop = _first(heard, life.closed_at)
        if stop is None or stop > begin:
            yield begin, stop, HEARD if stop == heard else CLOSED
        if stop is None:
            return
        sounded = max(sounded, stop)


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)
