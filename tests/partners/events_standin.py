"""A subscriber on loopback that verifies each signature and judges each event by the CloudEvents rules."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0123456789ab"
FIELDS = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}


@dataclass
class SubscriberStandin:
    """`heard`: the events that were taken, each as often as it came; `wrong`: what was not as it must be.

    `weather`: what befalls the next events, in turn; `always`: what befalls every event.
    """

    heard: list[dict[str, object]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    weather: deque[str] = field(default_factory=deque)
    always: str = ""
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self.answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(status_code=405)
        self.asked += 1
        befalls = self.always or (self.weather.popleft() if self.weather else "")
        if befalls.isdigit():
            return Response(status_code=int(befalls), headers={"Retry-After": "600"} if befalls == "429" else {})
        if befalls == "elsewhere":
            return RedirectResponse("https://elders.example/", 307)
        self._take(await request.body(), dict(request.headers))
        return await self._told(befalls)

    def ids(self) -> list[str]:
        """Which events came, in the order of their first coming."""
        return list(dict.fromkeys(str(one["id"]) for one in self.heard))

    def _take(self, body: bytes, headers: dict[str, str]) -> None:
        try:
            content = Webhook(KEY).verify(body, headers)
            event = from_structured_event(HTTPMessage(headers=headers, body=body))
        except (WebhookVerificationError, ValueError) as error:
            self.wrong.append(f"{type(error).__name__} {error}")
            return
        if headers.get("content-type") != JSONFormat.CONTENT_TYPE or headers["webhook-id"] != event.get_id():
            self.wrong.append("headers")
        if set(content) != FIELDS or set(content["data"]) != {"url"}:
            self.wrong.append(f"fields {sorted(content)}")
        self.heard.append(content)

    async def _told(self, befalls: str) -> Response:
        if befalls == "hang":
            await asyncio.sleep(30)  # longer than anybody's patience
        if befalls == "lost":
            return Response(status_code=500)
        return PlainTextResponse("OK, dank u wel") if befalls == "text" else Response(status_code=204)
