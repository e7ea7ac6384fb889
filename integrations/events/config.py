"""What the partners' file says of subscribers to our events."""

from typing import Annotated

from pydantic import StringConstraints, field_validator

from domain.events import PUBLIC
from integrations.http import Connection
from integrations.partner_settings import Name, Section


class Subscriber(Section):
    """A system that hears what happens: content-free events at this address, signed with this secret."""

    name: Name
    connection: Connection
    secret: Name
    oin: Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
    """The organisation identification number under which we speak: the source of the events."""

    kinds: tuple[str, ...] = ()
    """Which kinds of event it hears; left out: all."""

    organisation: Name | None = None
    """It hears of cases whose local team is of this organisation, from the joint visit or the hand-over on; None: of
    every case of the region."""

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        if not kinds:
            raise ValueError("noem de soorten gebeurtenis, of laat 'kinds' weg voor alle")
        if set(kinds) - set(PUBLIC):
            raise ValueError("een soort gebeurtenis die niet bestaat")
        return kinds

    def hears(self) -> frozenset[str]:
        """The acts it hears of."""
        return frozenset(self.kinds or PUBLIC)

    @property
    def source(self) -> str:
        """The CloudEvents source, as Samen Onder Handbereik writes it."""
        return f"/oin/{self.oin}/systeem/ketenregie"
