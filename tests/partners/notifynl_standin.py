"""NotifyNL played on loopback: its own state, its published fields, and the verifier of tokens that it uses itself."""

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import phonenumbers
from notifications_python_client.authentication import decode_jwt_token, decode_token
from notifications_python_client.errors import TokenError
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.partners.server import served

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"ketenregie-proef-{SERVICE}-{SECRET}"
EMAIL_TEMPLATE, SMS_TEMPLATE = "9d751e0e-f929-4891-82a1-a3e1c3c18ee3", "f33517ff-2a88-4f6e-b855-c550268ce08a"


def _mail(given: str) -> str:
    if given.count("@") != 1:
        raise ValueError("Not a valid email address")
    return given


def _phone(given: str) -> str:
    try:
        if phonenumbers.is_valid_number(phonenumbers.parse(given, "NL")):
            return given
    except phonenumbers.NumberParseException:
        pass
    raise ValueError("Not a valid phone number")


class Common(BaseModel):
    """The published fields of every request; another key is refused (additionalProperties: false)."""

    model_config = ConfigDict(extra="forbid", strict=True)

    template_id: UUID
    personalisation: dict[str, str] = {}
    reference: Annotated[str, StringConstraints(max_length=1000)] | None = None
    scheduled_for: str | None = None


class Email(Common):
    """POST /v2/notifications/email."""

    email_address: Annotated[str, AfterValidator(_mail)]
    email_reply_to_id: UUID | None = None
    one_click_unsubscribe_url: str | None = None


class Sms(Common):
    """POST /v2/notifications/sms."""

    phone_number: Annotated[str, AfterValidator(_phone)]
    sms_sender_id: UUID | None = None


REQUESTS: dict[str, type[Common]] = {"email": Email, "sms": Sms}
QUERY = {"reference", "status", "template_type", "older_than", "include_jobs"}
"""Every parameter that the list of notifications knows; another is refused."""


@dataclass
class NotifyNLStandin:
    """`weather`: what befalls the next sends, in turn; `looks`: the same for look-ups; `ahead`: of our clock."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    weather: deque[str] = field(default_factory=deque)
    looks: deque[str] = field(default_factory=deque)
    ahead: float = 0.0
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    templates: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.templates = [
            {"id": EMAIL_TEMPLATE, "type": "email", "subject": "((subject))", "body": "((body))", "version": 1},
            {"id": SMS_TEMPLATE, "type": "sms", "subject": None, "body": "((body))", "version": 1},
        ]
        routes = [
            Route("/v2/notifications/{kind}", self.take, methods=["POST"]),
            Route("/v2/notifications", self.list, methods=["GET"]),
            Route("/v2/notifications/{number}", self.one, methods=["GET"]),
            Route("/v2/templates", self.list_templates, methods=["GET"]),
        ]
        self._app = Starlette(routes=routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def date(self) -> str:
        return format_datetime(datetime.now(UTC) + timedelta(seconds=self.ahead), usegmt=True)

    def set(self, status: str, place: int = -1) -> str:
        """The notification at this place gets this status; its number."""
        self.taken[place]["status"] = status
        return str(self.taken[place]["id"])

    def receipt(self, status: str, place: int = -1) -> dict[str, Any]:
        """The callback that tells of it."""
        self.set(status, place)
        one = self.taken[place]
        return {
            "id": one["id"],
            "reference": one["reference"],
            "to": one["email_address"] or one["phone_number"],
            "status": status,
            "created_at": one["created_at"],
            "completed_at": one["created_at"],
            "sent_at": one["created_at"],
            "notification_type": one["type"],
            "template_id": one["template"]["id"],
            "template_version": 1,
        }

    async def take(self, request: Request) -> Response:
        kind = str(request.path_params["kind"])
        self.asked.append(f"POST {kind}")
        if refusal := self._refused(request):
            return refusal
        befalls = self.weather.popleft() if self.weather else ""
        if answer := self._before(befalls):
            return answer
        try:
            content = REQUESTS[kind].model_validate_json(await request.body()).model_dump(mode="json")
        except ValidationError as error:
            self.wrong += (faults := [fault["msg"] for fault in error.errors()])
            return self._errors(400, "ValidationError", *faults)
        template = next((one for one in self.templates if one["id"] == content["template_id"]), None)
        if template is None or template["type"] != kind:
            return self._errors(400, "BadRequestError", "Template not found")
        one = self._made(kind, content)
        if befalls in AFTER:
            return await AFTER[befalls]()
        made = {
            "id": one["id"],
            "reference": one["reference"],
            "uri": f"https://stand-in/v2/notifications/{one['id']}",
            "template": one["template"],
            "content": {"body": one["body"], **({"subject": one["subject"]} if kind == "email" else {})},
            "scheduled_for": None,
        }
        return JSONResponse(made, 201, headers={"Date": self.date()})

    async def list(self, request: Request) -> Response:
        self.asked.append("GET")
        if refusal := self._refused(request):
            return refusal
        if strange := set(request.query_params) - QUERY:
            self.wrong.append(f"query {strange}")
            return self._errors(400, "ValidationError", "Additional properties are not allowed")
        befalls = self.looks.popleft() if self.looks else ""
        if answer := self._before(befalls):
            return answer
        wanted = request.query_params
        found = [
            one
            for one in reversed(self.taken)
            if wanted.get("reference", one["reference"]) == one["reference"]
            and wanted.get("template_type", one["type"]) == one["type"]
        ]
        links = {"current": str(request.url)} | ({"next": f"{request.url}&older_than={uuid4()}"} if found else {})
        return JSONResponse({"notifications": found, "links": links}, headers={"Date": self.date()})

    async def one(self, request: Request) -> Response:
        self.asked.append("GET one")
        if refusal := self._refused(request):
            return refusal
        befalls = self.looks.popleft() if self.looks else ""
        if answer := self._before(befalls):
            return answer
        found = [one for one in self.taken if one["id"] == request.path_params["number"]]
        gone = self._errors(404, "NoResultFound", "No result found")
        return JSONResponse(found[0], headers={"Date": self.date()}) if found else gone

    async def list_templates(self, request: Request) -> Response:
        self.asked.append("GET templates")
        return self._refused(request) or JSONResponse({"templates": self.templates}, headers={"Date": self.date()})

    def _refused(self, request: Request) -> Response | None:
        """The official verifier, moved to this server's clock by the difference that the test gave it."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            decode_jwt_token(token, SECRET) if not self.ahead else self._by_own_clock(token)  # type: ignore[no-untyped-call]
            if decode_token(token)["iss"] != SERVICE:  # type: ignore[no-untyped-call]
                raise TokenError
        except TokenError:
            return self._errors(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds")
        return None

    def _by_own_clock(self, token: str) -> None:
        made = decode_token(token)["iat"]  # type: ignore[no-untyped-call]
        if abs(made - datetime.now(UTC).timestamp() - self.ahead) > 30:
            raise TokenError

    def _before(self, befalls: str) -> Response | None:
        """What befalls a request of which nothing is taken in."""
        if befalls.isdigit():
            return self._errors(int(befalls), "Exception" if int(befalls) >= 500 else "BadRequestError", "told you so")
        return {
            "rate": self._errors(429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000", wait="77"),
            "day": self._errors(429, "TooManyRequestsError", "Exceeded send limits (250000) for today"),
            "invalid": self._errors(400, "ValidationError", "phone_number 0612345678 is not a valid number"),
            "elsewhere": RedirectResponse("https://elders.example/v2/", 302),
        }.get(befalls)

    def _errors(self, status: int, name: str, *messages: str, wait: str = "") -> Response:
        told = {"status_code": status, "errors": [{"error": name, "message": text} for text in messages]}
        return JSONResponse(told, status, headers={"Date": self.date()} | ({"Retry-After": wait} if wait else {}))

    def _made(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        told = content.get("personalisation", {})
        one = {
            "id": str(uuid4()),
            "reference": content.get("reference"),
            "email_address": content.get("email_address"),
            "phone_number": content.get("phone_number"),
            **dict.fromkeys((*(f"line_{n}" for n in range(1, 7)), "postcode", "sent_at", "completed_at")),
            "type": kind,
            "status": "created",
            "template": {"id": content["template_id"], "version": 1, "uri": "https://stand-in/v2/template"},
            "subject": told.get("subject"),
            "body": told.get("body"),
            "created_at": "2026-04-21T08:00:00.000000Z",
        }
        self.taken.append(one)
        return one


class CutOff(Response):
    """Begins an answer and ends the connection in the middle of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = [(b"content-type", b"application/json"), (b"content-length", b"500")]
        await send({"type": "http.response.start", "status": 201, "headers": head})
        await send({"type": "http.response.body", "body": b'{"id": ', "more_body": True})
        raise asyncio.CancelledError


async def _hang() -> Response:
    await asyncio.sleep(30)  # longer than anybody's patience
    return JSONResponse({}, 201)


async def _reset() -> Response:
    return CutOff()


async def _html() -> Response:
    return PlainTextResponse("<h1>jan@huis.example 0612345678</h1>", 201, media_type="text/html")


async def _broken() -> Response:
    return Response('{"id": "jan@huis.example', 201, media_type="application/json")


async def _nameless() -> Response:
    return JSONResponse({"id": "jan@huis.example"}, 201)


async def _failing() -> Response:
    return JSONResponse({"status_code": 500, "errors": [{"error": "Exception", "message": "jan@huis.example"}]}, 500)


AFTER = {
    "hang": _hang,
    "cut": _reset,
    "html": _html,
    "broken": _broken,
    "nameless": _nameless,
    "failing": _failing,
}
"""What befalls a send that was taken in: the sender cannot know that it was."""


@contextmanager
def notifynl() -> Iterator[tuple[NotifyNLStandin, str]]:
    """The stand-in and its address."""
    standin = NotifyNLStandin()
    with served(standin, date_header=False) as url:
        yield standin, url


def told(body: object) -> bytes:
    """A callback's body as it goes over the wire."""
    return json.dumps(body).encode()
