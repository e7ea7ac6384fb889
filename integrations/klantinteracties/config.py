"""What the partners' file says of a case system that speaks Klantinteracties."""

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class KlantinteractiesSystem(Section):
    """The case system of one local organisation. `secret` names the token in KETENREGIE_SECRETS."""

    organisation: Name
    connection: Connection
    secret: Name
    answers_as: Name
    """The professional of that organisation in whose code its answers are recorded."""
