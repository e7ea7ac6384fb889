"""A fixed token in the Authorization header, as several partners' systems ask."""

from collections.abc import Generator

import httpx
from pydantic import SecretStr


class TokenAuth(httpx.Auth):
    """Gives each request the token; `scheme` is the word before it (Token, Bearer)."""

    def __init__(self, token: SecretStr, scheme: str = "Token") -> None:
        self._token, self._scheme = token, scheme

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """At the moment the request leaves, so that the token stands in nothing that may be shown."""
        request.headers["Authorization"] = f"{self._scheme} {self._token.get_secret_value()}"
        yield request
