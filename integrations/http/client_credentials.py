"""OAuth2 client credentials (RFC 6749, 4.4), as RvIG's gateway and others ask: a token first, then the request with it.

oauthlib knows what is asked and what a good answer is. The token is asked over the connection of the request it is for:
with the same certificates, the same time-outs and within the same bound.
"""

import re
from collections.abc import Generator
from time import monotonic
from typing import Any

import httpx
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from pydantic import Field, SecretStr, field_validator

from integrations.http.connection import check_address
from integrations.http.judge import Unanswered, read, refused, unreadable
from integrations.partner_settings import Name, Section
from integrations.verdict import OF_US, Result, Verdict

FORM = "application/x-www-form-urlencoded"
OURS = frozenset({"grant_type", "client_id", "client_secret", "scope", "body", "code_verifier", "include_client_id"})
"""Fields that are set already, and words that oauthlib reads in another way."""

TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8000}=*")
MOST_BYTES = 64_000
LONGEST = 3600.0  # seconds that a token is kept, whatever it says of itself
MARGIN = 10.0  # seconds for a request to arrive before its token ends
Flow = Generator[httpx.Request, httpx.Response, None]


class TokenServer(Section):
    """Where a token is asked, as whom, and for what; `secret` names the secret.

    `extra`: further fields of the question, by name (RvIG asks for `resourceServer`).
    """

    url: str
    client: str
    secret: Name
    scope: str = ""
    extra: dict[str, str] = Field(default_factory=dict)

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str) -> str:
        check_address(url)
        return url

    @field_validator("extra")
    @classmethod
    def _beside(cls, extra: dict[str, str]) -> dict[str, str]:
        if OURS.intersection(extra):
            raise ValueError("een veld onder 'extra' heeft al een eigen plaats")
        return extra


class ClientCredentials(httpx.Auth):
    """Gives each request a token, and asks a new one when it ends or is not taken. Use one for all doors of a round.

    Raises Unanswered, always *temporary*: the request itself has not left. A connection that breaks while a token is
    asked is judged as if it broke under the request, so of one that may not be repeated it leaves a doubt too much.
    """

    def __init__(self, server: TokenServer, secret: SecretStr) -> None:
        self._url, self._client = server.url, BackendApplicationClient(server.client)
        self._asked, self._secret = {**server.extra, "scope": server.scope}, secret
        self._token, self._until = "", 0.0

    def auth_flow(self, request: httpx.Request) -> Flow:
        """The token where there is none that lasts, then the request; once more when a kept token is refused."""
        kept = monotonic() < self._until
        if not kept:
            yield from self._ask(request)
        answer = yield self._bearing(request)
        if answer.status_code == httpx.codes.UNAUTHORIZED and kept:
            yield from self._ask(request)
            yield self._bearing(request)

    def _bearing(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _ask(self, request: httpx.Request) -> Flow:
        """The same patience as the request has."""
        known = {"client_secret": self._secret.get_secret_value(), "include_client_id": True}
        form = self._client.prepare_request_body(**self._asked | known)
        headers = {"Accept": "application/json", "Content-Type": FORM, "User-Agent": request.headers["User-Agent"]}
        patience = {"timeout": request.extensions.get("timeout", {})}
        answer = yield httpx.Request("POST", self._url, content=form, headers=headers, extensions=patience)
        self._token, self._until = "", 0.0
        try:
            self._keep(read(True, answer, MOST_BYTES).decode("utf-8", errors="replace"), answer)
        finally:
            answer.close()

    def _keep(self, text: str, answer: httpx.Response) -> None:
        if 300 <= answer.status_code < 500 and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            raise Unanswered(Result(Verdict.TEMPORARY, f"{OF_US}token-geweigerd"))  # its 404 is not theirs whom we ask
        if not answer.is_success:
            raise refused(True, answer, None)
        try:
            given: dict[str, Any] = self._client.parse_request_body_response(text)
        except (OAuth2Error, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):  # may be anything
            raise unreadable(True) from None
        token, lasts = given.get("access_token"), given.get("expires_in")
        if not isinstance(token, str) or not TOKEN.fullmatch(token) or str(given.get("token_type")).lower() != "bearer":
            raise unreadable(True)
        self._token = token
        self._until = monotonic() + min(lasts or LONGEST, LONGEST) - MARGIN
