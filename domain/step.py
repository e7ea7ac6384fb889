"""What a step is: one row of the process table. Each file in `domain/steps` makes one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.case import CaseView, StepView
from domain.effects import Effect
from domain.parties import Owner, Professional, Role
from domain.policy import Policy
from domain.questions import Choice, Facts, Question, choice
from domain.terms import at_hour, local_date

NOON = 12


@dataclass(frozen=True)
class Context:
    """What a rule of a step is given: the case, the step with its facts, the policy, the moment, and who answers."""

    case: CaseView
    step: StepView
    policy: Policy
    now: datetime
    by: Professional | None = None
    new: frozenset[str] = frozenset()  # the questions answered just now

    @property
    def facts(self) -> Facts:
        return self.step.facts

    @property
    def today(self) -> date:
        return local_date(self.now)

    def since(self, name: str) -> datetime:
        """The day given in answer to a question, as a moment: what is written down later does not start later."""
        day = self.facts.day(name)
        return min(at_hour(day, NOON), self.now) if day else self.now


@dataclass(frozen=True)
class Second:
    """An approval by a second person: who may give it, and which facts it covers."""

    roles: frozenset[Role]
    names: frozenset[str]
    what: str  # Dutch, for the form


class Ladder(StrEnum):
    """How lateness climbs: by working days, at the exact hour first, or as an alarm until acknowledged."""

    WORKING_DAYS = "working_days"
    HOURS = "hours"
    ACUTE = "acute"


Ask = Callable[[Context], tuple[Question, ...]]
Gaps = Callable[[Context], tuple[str, ...]]
Effects = Callable[[Context], tuple[Effect, ...]]
NeedsSecond = Callable[[Context], Second | None]


def no_gaps(_: Context) -> tuple[str, ...]:
    """Nothing has to be true before this step closes but its outcome."""
    return ()


def no_effects(_: Context) -> tuple[Effect, ...]:
    """Nothing follows."""
    return ()


def no_second(_: Context) -> Second | None:
    """One person is enough."""
    return None


@dataclass(frozen=True)
class Step:
    """One row of the process table.

    `word` is used four times: domain/steps, flows/steps, tests/steps and the table. `clock` names the policy clock
    that gives the due moment (None: no clock; `{n}` stands for the first part of the subject); `first_clock` is the one
    that runs until the step's own clock is started by an answer (the offer of a hand-over, the weighing of a request).
    `outcomes` are the answers to the closing question; those in `stays` leave the step open. `gaps` lists in Dutch what
    is missing before it may close. `first` is what an answer brings about before it is judged, `progress` what it
    brings about while the step stays open or closes, `close` what follows its end.
    """

    word: str
    code: str
    title: str
    label: str
    owner: Owner
    recorders: frozenset[Role]
    clock: str | None
    outcomes: tuple[Choice, ...]
    ask: Ask
    gaps: Gaps = no_gaps
    first: Effects = no_effects
    progress: Effects = no_effects
    close: Effects = no_effects
    second: NeedsSecond = no_second
    stays: frozenset[str] = frozenset()
    chain: bool = False
    first_clock: str | None = None
    ladder: Ladder = Ladder.WORKING_DAYS
    reminders: tuple[str, ...] = ("R",)
    notice: bool = True
    by_hand: frozenset[Role] = frozenset()

    def clock_for(self, subject: str) -> str | None:
        """The clock of this step for one subject, e.g. reporter_feedback_2 for subject '2-17'."""
        return self.clock and self.clock.format(n=subject.split("-")[0])

    def outcome_question(self) -> Question:
        """The question that closes the step."""
        return Question("outcome", "Uitkomst", choices=self.outcomes)


def outcomes(**titles: str) -> tuple[Choice, ...]:
    """The outcomes of a step as code=Dutch title."""
    return choice("outcome", "", **titles).choices
