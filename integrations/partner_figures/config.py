"""What the partners' file says of partners' figures."""

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class FigureSource(Section):
    """A partner that gives its waiting list over HTTP. A partner that sends a file needs no section."""

    organisation: Name
    connection: Connection
    secret: Name | None = None
