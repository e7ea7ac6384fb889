"""Every error of ketenregie, in one tree; each has a code, a Dutch sentence and the next step.

KetenregieError
├── WrongUse            the call itself is wrong (exit status 2)
├── Refusal             asked for something that may not or cannot be (exit status 1)
│   ├── UnknownRefusal      a step, case, code or answer that does not exist
│   ├── InputRefusal        input of the wrong shape or value
│   ├── PrivacyRefusal      input that looks like personal data
│   ├── RoleRefusal         this person may not do this
│   ├── GateRefusal         something that must be true first is not yet true
│   ├── StateRefusal        too late, too early, or done already
│   └── PolicyRefusal       a policy or region file that is not valid
└── OutsideFailure      a system outside did not do what was asked

An error never repeats input: only codes and names from our own tables go into its sentence.
"""

from typing import ClassVar

from domain.error_catalogue import CATALOGUE, Entry

__all__ = [
    "CATALOGUE",
    "Entry",
    "GateRefusal",
    "InputRefusal",
    "KetenregieError",
    "OutsideFailure",
    "PolicyRefusal",
    "PrivacyRefusal",
    "Refusal",
    "RoleRefusal",
    "StateRefusal",
    "UnknownRefusal",
    "WrongUse",
]


class KetenregieError(Exception):
    """Root of the tree. `places` fills the {names} of the catalogue sentence: codes and numbers only."""

    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, /, **places: object) -> None:
        entry = CATALOGUE[code]
        self.code = code
        self.places = places
        self.sentence = entry.sentence.format(**places)
        self.next_step = entry.next_step.format(**places)
        super().__init__(f"{code}: {self.sentence} {self.next_step}")

    def as_dict(self) -> dict[str, str]:
        """The error as the doors print it with --json."""
        return {"code": self.code, "melding": self.sentence, "volgende_stap": self.next_step}


class WrongUse(KetenregieError):
    """The call itself is wrong."""

    exit_status = 2


class Refusal(KetenregieError):
    """Asked for something that may not or cannot be."""


class UnknownRefusal(Refusal):
    """A step, case, code or answer that does not exist."""


class InputRefusal(Refusal):
    """Input of the wrong shape or value."""


class PrivacyRefusal(Refusal):
    """Input that looks like personal data."""


class RoleRefusal(Refusal):
    """This person may not do this."""


class GateRefusal(Refusal):
    """Something that must be true first is not yet true; `missing` names what, in Dutch, by person key."""

    def __init__(self, code: str, /, missing: tuple[str, ...] = (), **places: object) -> None:
        super().__init__(code, count=len(missing), **places)
        self.missing = missing

    def as_dict(self) -> dict[str, str]:
        return super().as_dict() | {"ontbreekt": "; ".join(self.missing)}


class StateRefusal(Refusal):
    """Too late, too early, or done already."""


class PolicyRefusal(Refusal):
    """A policy or region file that is not valid."""


class OutsideFailure(KetenregieError):
    """A system outside did not do what was asked."""
