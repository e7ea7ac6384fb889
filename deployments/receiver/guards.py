"""Who may come in: by a fixed secret (bearer token), or by a token signed for one call.

Both answer every wrong token alike (401 KR-DEUR-TOEGANG), and take the same way for a caller that does not exist.
"""

import hashlib
import math
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from fastapi.security import HTTPBearer
from pydantic import SecretStr
from starlette.requests import Request

from deployments.receiver.front import note_source
from deployments.receiver.house import Clock
from deployments.receiver.problems import Refused
from domain.errors import WrongUse
from integrations.ledger import Ledger
from integrations.notificaties.preflight import SHORTEST_SECRET
from tasks.spend_token import spend_token

MOST_TOKEN = 4096
MAX_AGE = timedelta(minutes=5)
SKEW = timedelta(seconds=60)
ALGORITHM = "HS256"
SIGNATURE_ONLY = {"verify_signature": True, "require": []} | {
    f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
}
"""The times are judged here, by the clock that was handed in."""

DOCUMENTED = HTTPBearer(auto_error=False)
"""For the OpenAPI document only: it lets everything through."""


def no_access() -> Refused:
    """The one refusal of a caller that is not known."""
    return Refused(401, "KR-DEUR-TOEGANG", {"WWW-Authenticate": "Bearer"})


def token_of(request: Request) -> bytes:
    """The token of the one Authorization header. Raises Refused."""
    found = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if len(found) != 1 or len(found[0]) > MOST_TOKEN or found[0][:7].lower() != b"bearer ":
        raise no_access()
    return bytes(found[0][7:])


class FixedTokens:
    """A fixed secret for each caller, compared in a time that does not depend on where it differs.

    Raises WrongUse KR-GEHEIM-KORT, as SignedTokens does: an empty secret would let everybody in.
    """

    def __init__(self, tokens: Mapping[str, SecretStr]) -> None:
        self._hashes = {name: _hash(_key(name, token)) for name, token in tokens.items()}
        self._nobody = secrets.token_bytes(32)

    def check(self, request: Request, name: str) -> None:
        """Raises Refused unless this request shows the secret of `name`."""
        shown = _hash(token_of(request))
        if not secrets.compare_digest(shown, self._hashes.get(name, self._nobody)):
            raise no_access()
        note_source(request.scope, name)


class SignedTokens:
    """A JWT (HS256) that its caller signs for one call: not older than five minutes, and never taken twice.

    Claims: `client_id` or `iss` (when both, the same), `iat`, and if wanted `exp`, `nbf` and a `jti` of its own.
    `names`: client → the code by which the log and our own tables know it.
    """

    def __init__(self, ledger: Ledger, clock: Clock, tokens: Mapping[str, SecretStr], names: Mapping[str, str]) -> None:
        self._ledger, self._clock, self._names = ledger, clock, dict(names)
        self._keys = {client: _key(names[client], token) for client, token in tokens.items()}
        self._nobody = secrets.token_bytes(32)

    def check(self, request: Request) -> str:
        """The client that signed this call. Writes to the ledger, so call it in a thread. Raises Refused."""
        token, now = token_of(request), self._clock()
        client = _client(_claims(token, None))
        claims = _claims(token, self._keys.get(client, self._nobody))
        if client not in self._keys or not _in_time(claims, now):
            raise no_access()
        # The signed part, not the whole: base64 lets one signature be spelled in several ways.
        spent = spend_token(self._ledger, _hash(token.rpartition(b".")[0]).hex(), _ends(claims), now)
        note_source(request.scope, self._names[client])
        if not spent:
            raise Refused(401, "KR-DEUR-HERHAALD", {"WWW-Authenticate": "Bearer"})
        return client


def _key(name: str, token: SecretStr) -> bytes:
    found = token.get_secret_value().encode()
    if len(found) < SHORTEST_SECRET:
        raise WrongUse("KR-GEHEIM-KORT", name=name, least=SHORTEST_SECRET)
    return found


def _hash(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


def _claims(token: bytes, key: bytes | None) -> dict[str, Any]:
    """What the token says; without a key it is only looked at, to know whose key to use."""
    options: Any = SIGNATURE_ONLY | {"verify_signature": key is not None}
    try:
        return jwt.decode(token, key or b"", algorithms=[ALGORITHM], options=options)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise no_access() from None


def _client(claims: Mapping[str, Any]) -> str:
    given = {claims[name] for name in ("client_id", "iss") if isinstance(claims.get(name), str)}
    there = [name for name in ("client_id", "iss") if name in claims]
    if len(given) != 1 or not all(isinstance(claims[name], str) for name in there):
        raise no_access()
    return str(given.pop())


def _in_time(claims: Mapping[str, Any], now: datetime) -> bool:
    """Made at most five minutes ago, and not ended, a minute of difference between the clocks allowed."""
    issued, ends, begins = (_seconds(claims, name) for name in ("iat", "exp", "nbf"))
    at, skew = now.timestamp(), SKEW.total_seconds()
    if issued is None or not at - MAX_AGE.total_seconds() - skew <= issued <= at + skew:
        return False
    return (ends is None or at <= ends + skew) and (begins is None or begins <= at + skew)


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A moment as JWT has it; what is there and is none, is infinitely wrong."""
    if name not in claims:
        return None
    value = claims[name]
    right = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11
    return float(value) if right else -math.inf if name != "nbf" else math.inf


def _ends(claims: Mapping[str, Any]) -> datetime:
    """From this moment on it would be refused for its age."""
    return datetime.fromtimestamp(claims["iat"], UTC) + MAX_AGE + SKEW
