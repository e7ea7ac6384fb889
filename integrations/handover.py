"""The port through which a hand-over reaches the case system of a local team, and its answer comes back.

Delivered is not accepted: `offer` only says that the other system has it; who accepts or refuses are people there, and
`read` tells what they did. Two kinds of system stand behind it: ZGW (a zaak) and Klantinteracties (an internetaak).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """What the people on the other side have said so far."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Offer:
    """A hand-over as it leaves: no names, no content, only what lets the other side find its own case.

    `number` is ours and unique (at most 40 characters); an offer that comes twice is recognised by it.
    `own_number`: the receiving organisation's own case number, where we know it. `link` leads to the step's form; it
    may be empty, and goes along only where the partners' file says that they can open it.
    """

    number: str
    case_reference: str
    own_number: str
    offered_on: date
    due_on: date | None
    link: str


@dataclass(frozen=True)
class Found:
    """What was read back. `unchanged`: the same as at `etag`, so nothing else is filled.

    `said_on`: the day they said it; `refusal`: a value of `domain.steps.warm_handover.REFUSAL`; `talk_on`: the day of
    the talk with the family; `vt_support`, `takes_risks`: None where the other side says nothing of it. `taken_back`:
    what stands there is our own withdrawal, so nobody will answer it any more.
    """

    standing: Standing = Standing.WAITING
    said_on: date | None = None
    refusal: str = ""
    talk_on: date | None = None
    vt_support: bool | None = None
    takes_risks: bool | None = None
    etag: str = ""
    unchanged: bool = False
    taken_back: bool = False


@dataclass(frozen=True)
class Finding:
    """One line of a preflight: what was looked at (Dutch), whether it is right, and what to do if not (Dutch).

    `serious`: what is not right stops the work; otherwise it works, and somebody should look.
    """

    what: str
    good: bool
    advice: str = ""
    serious: bool = True


TAKEN_BACK = "daar-ingetrokken"


class HandoverSystem(Protocol):
    """A local team's case system. Every method raises Unanswered (integrations.http) with a verdict."""

    def offer(self, offer: Offer) -> str:
        """Make it there, or find it where it was made before; the address of what stands for it there.

        What is raised once something stands there has its address in `result.remote`. Raises Unanswered
        `daar-ingetrokken` for good when what was found was taken back before: an older copy of the ledger offers again.
        """
        ...

    def find(self, number: str) -> str:
        """The address of what was made under this number before; empty when there is none."""
        ...

    def read(self, remote: str, etag: str = "") -> Found:
        """What was done with it there."""
        ...

    def gone(self, remote: str) -> bool:
        """True when nothing stands at this address any more, while the same system does answer other questions."""
        ...

    def withdraw(self, remote: str, offer: Offer, *, answered: str = "") -> Standing:
        """Tell that Veilig Thuis has taken it back; `waiting`. Doing so twice is one withdrawal.

        What they answered in the meantime is left as it stands there, and is what comes back: accepted, refused.

        `answered`: what they said of it through our own form ("refused"): then in neutral words, and in the word that
        was agreed for a refusal where there is exactly one.
        """
        ...

    def preflight(self) -> list[Finding]:
        """What must be right before anything can be handed over; asks, makes nothing."""
        ...
