"""The key of a service, and the token that is made of it for each call."""

import re
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import httpx
import jwt

from domain.errors import WrongUse
from integrations.http_date import http_date

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEY = re.compile(rf"(?P<name>.+)-(?P<service>{_UUID})-(?P<secret>{_UUID})")
BOUND = 30.0  # seconds that a token may differ from the clock of NotifyNL
NOTABLE = 5.0


@dataclass(frozen=True)
class ApiKey:
    """{name}-{uuid of the service}-{secret}, taken apart."""

    service: str
    secret: str = field(repr=False)


def parse_key(text: str) -> ApiKey:
    """Raises WrongUse KR-NOTIFYNL-SLEUTEL; the error does not show the key."""
    found = _KEY.fullmatch(text)
    if found is None:
        raise WrongUse("KR-NOTIFYNL-SLEUTEL")
    return ApiKey(found["service"], found["secret"])


class Signed(httpx.Auth):
    """A fresh token for each request. Where our clock and theirs differ, once more by their clock.

    NotifyNL refuses a token before it does anything else, so asking again makes nothing twice.
    """

    def __init__(self, key: ApiKey, clock: Callable[[], float] = time.time) -> None:
        self._key, self._clock = key, clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._token(0.0)
        answer = yield request
        if answer.status_code == httpx.codes.FORBIDDEN:
            ahead = skew(answer.headers.get("Date", ""), self._clock())
            if abs(ahead) >= NOTABLE:
                request.headers["Authorization"] = self._token(ahead)
                yield request

    def _token(self, ahead: float) -> str:
        claims = {"iss": self._key.service, "iat": int(self._clock() + ahead)}
        return f"Bearer {jwt.encode(claims, self._key.secret, algorithm='HS256')}"


def skew(said: str, ours: float) -> float:
    """Seconds that the clock behind this Date header is ahead of ours; 0 when it tells nothing."""
    theirs = http_date(said)
    return theirs.timestamp() - ours if theirs else 0.0
