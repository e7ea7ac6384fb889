"""What the partners' file says of a Notificaties API."""

from typing import Self

from pydantic import Field, model_validator

from integrations.http import Connection
from integrations.http.connection import check_address
from integrations.partner_settings import Name, Section

MOST_OF_A_URL = 200
"""Characters of a `callbackUrl` (nrc: Abonnement)."""


class NotificatieSource(Section):
    """A Notificaties API that tells when something changed.

    `callback_url`: our receiver as that API reaches it; `callback_secret`: what it must show us when it calls.
    `channel` and `filters`: what is subscribed to; a filter (`bronorganisatie`, `zaaktype`) keeps other people's cases
    away from us. `former_callback_urls`: where we listened before; subscriptions there are dropped.
    """

    name: Name
    connection: Connection
    client_id: str = Field(min_length=1, max_length=100)
    secret: Name
    user: Name = "veilig-thuis"
    """Who acts, for their trail: a code of our organisation, never a person's."""

    callback_url: str
    callback_secret: Name
    channel: str = Field(default="zaken", min_length=1, max_length=50)
    filters: dict[str, str] = Field(default={})
    former_callback_urls: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        for url in (self.callback_url, *self.former_callback_urls):
            check_address(url)
        if len(self.callback_url) > MOST_OF_A_URL:
            raise ValueError(f"het adres van de ontvanger is langer dan {MOST_OF_A_URL} tekens")
        return self
