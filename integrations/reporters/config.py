"""What the partners' file says of the systems of reporters (the police first)."""

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class ReporterSystem(Section):
    """A reporter's system that sends reports and hears what became of them.

    `source`: the source its reports get; `client_id` and `secret`: what it signs its calls to us with; `feedback`:
    where `uitkomstmeldingen` go, None: it hears nothing by itself.
    """

    source: Name
    client_id: str
    secret: Name
    feedback: Connection | None = None
    feedback_secret: Name | None = None
