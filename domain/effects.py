"""What an answer brings about. Steps return effects; the ledger applies them in the same transaction."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Open:
    """Open a step now. Due from `start` by the step's clock, or on `due_on`; neither: no due moment yet."""

    kind: str
    subject: str = ""
    start: datetime | None = None
    due_on: date | None = None
    owner: str = ""  # a professional's code; empty: by the step's owner rule
    acute: bool = False


@dataclass(frozen=True)
class Plan:
    """Plan a step: due, but not asked yet. It opens by `Open`, or `by_itself` some working days before it is due."""

    kind: str
    start: datetime
    subject: str = ""
    months: int = 0  # a moment so many months after start (monitoring); 0: by the step's clock
    by_itself: bool = False


@dataclass(frozen=True)
class SetDue:
    """Give this step its due moment, counted from `start` by its clock."""

    start: datetime


@dataclass(frozen=True)
class Extend:
    """Move this step's due moment by the policy's extension; refused when the policy allows none."""

    reason: str  # a code of domain/suspension.py


@dataclass(frozen=True)
class Stall:
    """This step was refused: its ladder starts at once, it stays open, and a new round begins."""

    cause: str


@dataclass(frozen=True)
class OfferHandover:
    """This step's hand-over goes to the local organisation's own case system, as the present round's offer."""


@dataclass(frozen=True)
class CloseSteps:
    """Close the case's other open or planned steps of these kinds with this outcome (no follow-ups)."""

    kinds: tuple[str, ...]
    outcome: str


@dataclass(frozen=True)
class MoveSight:
    """Sight on safety moves to this organisation (or to nobody, when the case closes)."""

    to: str


@dataclass(frozen=True)
class SetState:
    """The case's state moves along the chart of `domain/case.py`."""

    state: str


@dataclass(frozen=True)
class SetStatus:
    """The status the reporter's system hears (VNG JZV code, e.g. VT-01-01)."""

    status: str


@dataclass(frozen=True)
class AssignLocal:
    """The local professional of the case (case director after hand-over)."""

    code: str


@dataclass(frozen=True)
class AddRisk:
    """A safety risk found; it stays visible until recorded as resolved."""

    kind: str
    severity: str
    at_risk: str  # a person key, or "all"


@dataclass(frozen=True)
class AcknowledgeRisk:
    """Whoever holds sight on safety takes over one risk."""

    key: str


@dataclass(frozen=True)
class ResolveRisk:
    """One risk is recorded as resolved."""

    key: str


@dataclass(frozen=True)
class JoinCase:
    """The whole case, on which nothing was done yet, goes into the open case with this reference (S23)."""

    reference: str


@dataclass(frozen=True)
class Tell:
    """Everybody who works on the case gets one message of this rung about this step, whoever did this aside.

    That is the worker, and with `local` the director of the case and who leads the local team.
    """

    rung: str
    local: bool


@dataclass(frozen=True)
class EndCase:
    """Close the case; retention counts from here."""

    status: str


Effect = (
    Open
    | Plan
    | SetDue
    | Extend
    | Stall
    | OfferHandover
    | CloseSteps
    | MoveSight
    | SetState
    | SetStatus
    | AssignLocal
    | AddRisk
    | AcknowledgeRisk
    | ResolveRisk
    | JoinCase
    | Tell
    | EndCase
)
