"""The token of a ZGW call (JWT, HS256): made for each request at the moment it leaves, by the other side's clock."""

import time
from collections.abc import Callable, Generator

import httpx
import jwt
from pydantic import SecretStr

from integrations.http_date import http_date

BACK = 5.0
"""Seconds that a token says it is older than it is: a server whose clock is a little behind refuses one of tomorrow."""
VALID = 300.0
MOST_SKEW = 300.0
SAME = 2.0
NO_ACCESS = frozenset({401, 403})


class Signer(httpx.Auth):
    """Signs each request. `seen`: seconds their clock runs ahead of ours, by the last answer; `skew`: the same, once a
    refusal showed that it matters. Tokens follow only `skew`.
    """

    def __init__(self, client_id: str, secret: SecretStr, user: str, *, clock: Callable[[], float] = time.time) -> None:
        self._client_id, self._secret, self._user, self._clock = client_id, secret, user, clock
        self.seen = self.skew = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign; and once more by the server's own clock when it refuses us and that clock is another.

        A refusal did nothing, so what may be asked only once may be asked again.
        """
        request.headers["Authorization"] = f"Bearer {self.token()}"
        answer = yield request
        self._look(answer.headers.get("Date", ""))
        if answer.status_code in NO_ACCESS and self._learns():
            request.headers["Authorization"] = f"Bearer {self.token()}"
            yield request

    def token(self) -> str:
        """A token for now. It holds codes of organisations only."""
        made = self._clock() + self.skew - BACK
        claims = {
            "iss": self._client_id,
            "iat": int(made),
            "exp": int(made + VALID),
            "client_id": self._client_id,
            "user_id": self._user,
            "user_representation": self._user,
        }
        return jwt.encode(claims, self._secret.get_secret_value(), algorithm="HS256")

    def _look(self, said: str) -> None:
        """What the Date of an answer says; a clock too far off to be one is passed over."""
        theirs = http_date(said)
        ahead = theirs.timestamp() - self._clock() if theirs else self.seen
        self.seen = ahead if abs(ahead) <= MOST_SKEW else self.seen

    def _learns(self) -> bool:
        """True when their clock is another than the one we signed by."""
        if abs(self.seen - self.skew) <= SAME:
            return False
        self.skew = self.seen
        return True
