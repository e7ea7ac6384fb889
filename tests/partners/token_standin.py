"""A stand-in for the server of a gateway that gives tokens (OAuth2 client credentials), as RvIG describes its own."""

from dataclasses import dataclass, field
from secrets import token_urlsafe
from urllib.parse import parse_qsl

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "nidp/oauth/nam/token"
ASKED = {
    "grant_type": "client_credentials",
    "client_id": "ketenregie",
    "client_secret": "een-geheim-voor-een-token",
    "scope": "123456-00000099000000080000",
    "resourceServer": "ResourceServer01",
}


@dataclass
class TokenStandIn:
    """Gives a token to who asks rightly, after `waits` seconds; `valid`: those that are taken.

    `says` replaces its answer: status and text; `also` stands in a good one beside the token.
    """

    lasts: int | str | None = 600
    says: tuple[int, str] | None = None
    also: dict[str, list[str]] = field(default_factory=dict)
    waits: float = 0.0
    given: int = 0
    valid: set[str] = field(default_factory=set)

    def app(self) -> Starlette:
        return Starlette(routes=[Route(f"/{PATH}", self._token, methods=["POST"])])

    def takes(self, authorization: str | None) -> bool:
        """Whether a request with this header comes in."""
        word, _, token = (authorization or "").partition(" ")
        return word == "Bearer" and token in self.valid

    async def _token(self, request: Request) -> Response:
        self.given += 1
        if self.says:
            return Response(self.says[1], self.says[0], media_type="application/json")
        await anyio.sleep(self.waits)
        if dict(parse_qsl((await request.body()).decode())) != ASKED:
            return JSONResponse({"error": "invalid_client", "error_description": "onbekend"}, 400)
        token = token_urlsafe(300)
        self.valid.add(token)
        lasts = {} if self.lasts is None else {"expires_in": self.lasts}
        said = {"access_token": token, "token_type": "bearer", "scope": ASKED["scope"]}
        return JSONResponse(self.also | said | lasts)
