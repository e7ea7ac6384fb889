"""A case as the rules see it: one household, its reports, risks and steps, at one moment. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.questions import Facts


class PersonRole(StrEnum):
    """Role in the household."""

    CHILD = "child"
    ADULT = "adult"
    ELDER = "elder"


PERSON_TITLES = {PersonRole.CHILD: "Kind", PersonRole.ADULT: "Volwassene", PersonRole.ELDER: "Oudere"}


class CaseState(StrEnum):
    """Where the case is in the chain (state machine of the process catalogue, section 2.4)."""

    RECEIVED = "received"
    IN_ASSESSMENT = "in_assessment"
    DECIDED = "decided"
    IN_SERVICE = "in_service"
    HANDOVER_OFFERED = "handover_offered"
    HANDED_OVER = "handed_over"
    MONITORING = "monitoring"
    CLOSED = "closed"


STATE_TITLES = {
    CaseState.RECEIVED: "melding ontvangen",
    CaseState.IN_ASSESSMENT: "in beoordeling",
    CaseState.DECIDED: "besluit genomen",
    CaseState.IN_SERVICE: "in dienst bij Veilig Thuis",
    CaseState.HANDOVER_OFFERED: "overdracht aangeboden",
    CaseState.HANDED_OVER: "overgedragen",
    CaseState.MONITORING: "in monitoring",
    CaseState.CLOSED: "afgesloten",
}

HANDED = frozenset({CaseState.HANDED_OVER, CaseState.MONITORING})
"""The local team accepted the case."""

_AFTER_DECISION = frozenset(
    {CaseState.IN_SERVICE, CaseState.HANDOVER_OFFERED, CaseState.IN_ASSESSMENT, CaseState.CLOSED, CaseState.DECIDED}
)

ARROWS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.RECEIVED: frozenset({CaseState.IN_ASSESSMENT, CaseState.CLOSED}),
    CaseState.IN_ASSESSMENT: frozenset({CaseState.DECIDED, CaseState.IN_SERVICE, CaseState.CLOSED}),
    CaseState.DECIDED: _AFTER_DECISION,
    CaseState.IN_SERVICE: _AFTER_DECISION,
    CaseState.HANDOVER_OFFERED: frozenset({CaseState.HANDED_OVER, CaseState.IN_SERVICE, CaseState.IN_ASSESSMENT}),
    CaseState.HANDED_OVER: frozenset({CaseState.MONITORING, CaseState.IN_ASSESSMENT, CaseState.CLOSED}),
    CaseState.MONITORING: frozenset({CaseState.IN_ASSESSMENT, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
}


def may_move(here: CaseState, there: CaseState) -> bool:
    """True when the chart has an arrow from here to there, or nothing changes."""
    return here == there or there in ARROWS[here]


@dataclass(frozen=True)
class Person:
    """A member of the household: a key, a role and a birth year. Never a name.

    `told_as`: the letter it has in reports, where the key is another because that letter was somebody else's.
    """

    key: str
    role: PersonRole
    birth_year: int | None
    told_as: str = ""

    def title(self, year: int) -> str:
        """How the form names this person in `year`, e.g. 'Kind B (9 jaar)'."""
        age = "" if self.birth_year is None else f" ({max(0, year - self.birth_year)} jaar)"
        return f"{PERSON_TITLES[self.role]} {self.key}{age}"

    def title_by_key(self) -> str:
        """The same without the age, e.g. 'Kind B'."""
        return f"{PERSON_TITLES[self.role]} {self.key}"


@dataclass(frozen=True)
class Risk:
    """A safety risk that is visible until someone records it as resolved."""

    key: str
    kind: str
    severity: str
    at_risk: str
    owner: str
    open: bool
    acknowledged: bool


@dataclass(frozen=True)
class ReportView:
    """One report of the case."""

    id: int
    source: str
    received_at: datetime
    classification: str
    feedback_wanted: bool
    possibly_acute: bool


@dataclass(frozen=True)
class StepView:
    """One step of the case, with the facts of its present round."""

    id: str
    kind: str
    subject: str
    state: str
    outcome: str
    owner: str
    facts: Facts = field(compare=False)
    opened_at: datetime | None = None
    start_at: datetime | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    stalled: bool = False
    previous: Facts = field(default_factory=Facts, compare=False)  # the facts of the round before, after a refusal

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True)
class CaseView:
    """Everything a rule may look at."""

    reference: str
    state: CaseState
    concern: str
    municipality: str
    team: str
    worker: str
    local_team: str
    local_organisation: str
    local_professional: str
    vt_organisation: str
    sight: str
    persons: tuple[Person, ...]
    risks: tuple[Risk, ...]
    reports: tuple[ReportView, ...]
    steps: tuple[StepView, ...]

    @property
    def children(self) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if person.role is PersonRole.CHILD)

    @property
    def adults(self) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if person.role is not PersonRole.CHILD)

    @property
    def open_risks(self) -> tuple[Risk, ...]:
        return tuple(risk for risk in self.risks if risk.open)

    def of_kind(self, *kinds: str) -> tuple[StepView, ...]:
        """The steps of these kinds, in the order they were opened or planned."""
        return tuple(step for step in self.steps if step.kind in kinds)

    def running(self, *kinds: str) -> tuple[StepView, ...]:
        """The open or planned steps of these kinds."""
        return tuple(step for step in self.of_kind(*kinds) if step.state in ("open", "planned"))

    def last_done(self, kind: str) -> StepView | None:
        """The step of this kind that was done last, if any."""
        done = [step for step in self.of_kind(kind) if step.state == "done"]
        return done[-1] if done else None

    def heard(self, person: Person) -> tuple[str, str]:
        """How the last assessment answered for this member, and the date of a new try; ('', '') if none."""
        for step in reversed(self.of_kind("safety_assessment")):
            if step.state == "done" and f"heard_{person.key}" in step.facts:
                return step.facts.text(f"heard_{person.key}"), step.facts.text(f"followup_{person.key}")
        return "", ""
