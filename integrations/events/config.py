"""What the partners' file says of subscribers to our events."""

from integrations.http import Connection
from integrations.partner_settings import Name, Section


class Subscriber(Section):
    """A system that hears what happens: content-free events at this address, signed with this secret."""

    name: Name
    connection: Connection
    secret: Name
    kinds: tuple[str, ...] = ()
    """Which kinds of event it hears; empty: all."""
