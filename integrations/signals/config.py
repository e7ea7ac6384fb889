"""What the partners' file says of sources of signals."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from integrations.drop_folder import QUIET
from integrations.http import Connection
from integrations.http.client_credentials import TokenServer
from integrations.partner_settings import Name, Quiet, Section


class SignalFile(Section):
    """A folder in which another system drops files of signals, and finds the list of cases to follow."""

    name: Name
    folder: Path
    municipalities: tuple[Name, ...] = Field(min_length=1)
    """Codes of the region: the list tells of their cases and of no others."""
    quiet: Quiet = QUIET
    """So many seconds a file lies unchanged before it is read."""


class BrpSource(Section):
    """The BRP of a municipality (volgindicaties). Off unless it stands in the file: it needs an authorisation.

    `secret` names the key that goes in the header `header`; `token`: where a token is asked, instead of a key or beside
    it. `mark_secret` names the secret with which the ledger remembers whom we had followed, without a number that
    anybody else could read. `keys` is a file outside the ledger, kept by whoever may know it, that ties our references
    to citizen service numbers; only its owner may read it.
    """

    name: Name
    update: Connection
    personen: Connection
    secret: Name | None = None
    header: str = "X-API-KEY"
    token: TokenServer | None = None
    keys: Path
    mark_secret: Name
    most_ended: float = Field(default=0.5, gt=0, le=1)
    """The part of our follows that may end in one round for another reason than that their case was closed."""
    look_back_days: int = Field(default=60, ge=1, le=365)
    """How old a move may be when it is first told: registration follows later."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.secret is None and self.token is None:
            raise ValueError("een sleutel (secret) of een token (token) is nodig")
        return self
