"""What the partners' file says of a case system that speaks ZGW."""

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class ZgwSystem(Section):
    """The case system of one local organisation. `secret` names a secret in KETENREGIE_SECRETS."""

    organisation: Name
    zaken: Connection
    catalogi: Connection
    documenten: Connection | None = None
    client_id: str
    secret: Name
    answers_as: Name
    """The professional of that organisation in whose code its answers are recorded."""
