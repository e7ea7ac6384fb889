"""How we make ourselves known to a BRP: a key in a header, a token, or both."""

import httpx

from integrations.http import Connection
from integrations.http.client_credentials import ClientCredentials
from integrations.partners import secret
from integrations.signals.config import BrpSource


class Access:
    """For all doors of one round, so that they share a token. Raises WrongUse KR-GEHEIM where a secret is not set."""

    def __init__(self, source: BrpSource) -> None:
        key, asked = source.secret, source.token
        self._header = {source.header: secret(key).get_secret_value()} if key else {}
        self.auth: httpx.Auth | None = ClientCredentials(asked, secret(asked.secret)) if asked else None

    def known(self, connection: Connection) -> Connection:
        """This connection, with the key."""
        return connection.model_copy(update={"headers": connection.headers | self._header})
