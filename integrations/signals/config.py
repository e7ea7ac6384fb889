"""What the partners' file says of sources of signals."""

from pathlib import Path

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class SignalFile(Section):
    """A folder in which another system drops files of signals."""

    name: Name
    folder: Path


class BrpSource(Section):
    """The BRP of a municipality (volgindicaties). Off unless it stands in the file: it needs an authorisation."""

    name: Name
    update: Connection
    personen: Connection
    secret: Name
    keys: Path
    """The file, outside the ledger, that ties our references to the identity the BRP knows."""
