"""One event to one subscriber: a CloudEvent in structured JSON, signed as Standard Webhooks asks."""

import json
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import httpx
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from domain.errors import WrongUse
from domain.events import PUBLIC
from integrations.events.config import Subscriber
from integrations.http import Door, Unanswered
from integrations.partners import secret

ID = "webhook-id"
SHORTEST_KEY = 24  # bytes, as Standard Webhooks asks


@dataclass(frozen=True)
class Happening:
    """What is told: the id, the kind (a key of PUBLIC), the case, the moment, and where to look (behind a login)."""

    id: str
    kind: str
    case_reference: str
    at: datetime
    url: str


def envelope(happening: Happening, source: str) -> dict[str, Any]:
    """The CloudEvent (1.0) as JSON has it."""
    attributes = {
        "id": happening.id,
        "source": source,
        "type": PUBLIC[happening.kind].type,
        "subject": happening.case_reference,
        "time": happening.at.astimezone(UTC),
        "datacontenttype": "application/json",
    }
    written = JSONFormat().write(CloudEvent(attributes, {"url": happening.url}))
    found: dict[str, Any] = json.loads(written)
    return found


class Signed(httpx.Auth):
    """Signs the bytes of each request at the moment it leaves: webhook-id, webhook-timestamp, webhook-signature."""

    requires_request_body = True

    def __init__(self, key: Webhook, clock: Callable[[], float] = time.time) -> None:
        self._key, self._clock = key, clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        moment = datetime.fromtimestamp(int(self._clock()), UTC)
        request.headers["webhook-timestamp"] = str(int(moment.timestamp()))
        request.headers["webhook-signature"] = self._key.sign(request.headers[ID], moment, request.content.decode())
        yield request


def signing_key(name: str) -> Webhook:
    """The key of this name. Raises WrongUse KR-GEHEIM or KR-WEBHOOK-SLEUTEL."""
    text = secret(name).get_secret_value()
    try:
        key = Webhook(text)
    except (ValueError, EmptyWebhookSecretError):
        raise WrongUse("KR-WEBHOOK-SLEUTEL", name=name) from None
    if len(text.removeprefix("whsec_").rstrip("=")) * 3 // 4 < SHORTEST_KEY:
        raise WrongUse("KR-WEBHOOK-SLEUTEL", name=name)
    return key


class Webhooks:
    """The door of one subscriber. Use it as a context. Raises WrongUse when its secret is not right."""

    def __init__(self, subscriber: Subscriber) -> None:
        self._source = subscriber.source
        self._door = Door(subscriber.connection, auth=Signed(signing_key(subscriber.secret)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.close()

    def tell(self, happening: Happening) -> None:
        """Tell once. Raises Unanswered, never in doubt: the id lets the subscriber know a repetition.

        Any 2xx will do, whatever it says.
        """
        headers = {"Content-Type": JSONFormat.CONTENT_TYPE, ID: happening.id}
        content = envelope(happening, self._source)
        try:
            self._door.ask("POST", "", content=content, headers=headers, repeatable=True)
        except Unanswered as error:
            if not 200 <= error.status < 300:
                raise
