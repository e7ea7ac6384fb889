"""The token of the VNG standards (Zaken, Catalogi, Documenten, Notificaties): signed anew for every call."""

import time
from collections.abc import Callable, Generator
from email.utils import parsedate_to_datetime

import httpx
import jwt
from pydantic import SecretStr

from integrations.http.judge import NO_ACCESS

SLACK = 30.0
"""Seconds that a token is dated back: a server whose clock is a little behind refuses one from its future."""

USER = "ketenregie"
"""Who acts, for the trail of the other side: the system, never a person. Who decided stands in our own trail."""


class ClientToken(httpx.Auth):
    """HS256 with `iss`, `iat`, `client_id`, `user_id`, `user_representation`; valid an hour on their side.

    When a server refuses and its clock (the header Date) differs from ours, the call is made once more by its clock:
    a refused call has done nothing, so that is safe for every method.
    """

    def __init__(self, client_id: str, secret: SecretStr, *, clock: Callable[[], float] = time.time) -> None:
        self._client_id = client_id
        self._secret = secret
        self._clock = clock
        self._ahead = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """As httpx asks it: the request with its token, and perhaps once more."""
        request.headers["Authorization"] = self._bearer()
        answer = yield request
        if answer.status_code in NO_ACCESS and self._learned(answer.headers.get("Date", "")):
            request.headers["Authorization"] = self._bearer()
            yield request

    def _bearer(self) -> str:
        issued = int(self._clock() + self._ahead - SLACK)
        who = {"client_id": self._client_id, "user_id": USER, "user_representation": USER}
        secret = self._secret.get_secret_value()
        return "Bearer " + jwt.encode({"iss": self._client_id, "iat": issued} | who, secret, algorithm="HS256")

    def _learned(self, date: str) -> bool:
        """True when the server's clock is another one than we thought; from now on tokens follow it."""
        try:
            ahead = parsedate_to_datetime(date).timestamp() - self._clock()
        except (TypeError, ValueError, OverflowError):
            return False
        if abs(ahead - self._ahead) <= SLACK:
            return False
        self._ahead = ahead
        return True
