"""What the partners' file says of sources of signals."""

from pathlib import Path

from pydantic import Field

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class SignalFile(Section):
    """A folder in which another system drops files of signals, and finds the list of cases to follow."""

    name: Name
    folder: Path
    municipalities: tuple[Name, ...] = Field(min_length=1)
    """Codes of the region: the list tells of their cases and of no others."""


class BrpSource(Section):
    """The BRP of a municipality (volgindicaties). Off unless it stands in the file: it needs an authorisation.

    `secret` names the key that goes in the header `header`; `mark_secret` the secret with which the ledger remembers
    whom we had followed, without a number that anybody else could read. `keys` is a file outside the ledger, kept by
    whoever may know it, that ties our references to citizen service numbers; only its owner may read it.
    """

    name: Name
    update: Connection
    personen: Connection
    secret: Name
    header: str = "X-API-KEY"
    keys: Path
    mark_secret: Name
    most_ended: float = Field(default=0.5, gt=0, le=1)
    """The part of our follows that may end in one round for another reason than that their case was closed."""
    look_back_days: int = Field(default=60, ge=1, le=365)
    """How old a move may be when it is first told: registration follows later."""
