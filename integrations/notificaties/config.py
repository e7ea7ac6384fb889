"""What the partners' file says of a Notificaties API."""

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class NotificatieSource(Section):
    """A Notificaties API that tells when something changed. `callback_secret`: what it must show us when it calls."""

    name: Name
    connection: Connection
    client_id: str
    secret: Name
    callback_url: str
    callback_secret: Name
