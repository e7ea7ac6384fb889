"""The service of one municipality at NotifyNL: send by a template, and look up what was sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from integrations.http import Door, Unanswered
from integrations.http.judge import unreadable
from integrations.notifynl.addresses import EMAIL, Address
from integrations.notifynl.config import NotifyNL
from integrations.notifynl.key import Signed, parse_key
from integrations.notifynl.receipt import Receipt, receipt_of
from integrations.notifynl.statuses import Fate, fate
from integrations.partners import secret

PATIENCE = 9.0
"""Seconds for one exchange: to look, to send and to look again stay together within the bound of a send."""

SENDS, TEMPLATES = "v2/notifications", "v2/templates"
NOT_KNOWN = "NoResultFound"
FIRST = (Fate.ARRIVED, Fate.UNDERWAY, Fate.LOST, Fate.GIVEN_UP)


@dataclass(frozen=True)
class Known:
    """A notification that NotifyNL has: its number there, its published status, and what that means."""

    number: str
    status: str
    fate: Fate


class Service:
    """Use it as a context, one a thread. Raises WrongUse KR-GEHEIM or KR-NOTIFYNL-SLEUTEL when it is made."""

    def __init__(self, config: NotifyNL) -> None:
        self._config = config
        key = parse_key(secret(config.api_key).get_secret_value())
        given = config.connection
        hurried = {"bound": min(given.bound, PATIENCE), "timeout": min(given.timeout, PATIENCE)}
        self._door = Door(given.model_copy(update=hurried), auth=Signed(key))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.close()

    def template(self, kind: str) -> str | None:
        """The template for this kind; None when the municipality has none."""
        return self._config.email_template if kind == EMAIL else self._config.sms_template

    def find(self, reference: str, address: Address) -> Known | None:
        """What was sent under this reference to this address; the one that came furthest. Raises Unanswered."""
        asked = {"reference": reference, "template_type": address.kind}
        found = list(_known(self._door.get(SENDS, params=asked).body, reference, address))
        return min(found, key=lambda known: FIRST.index(known.fate), default=None)

    def send(self, address: Address, template: str, told: dict[str, str], reference: str) -> str:
        """Hand it over once; the number it got. Raises Unanswered: indefinite when it may have been taken."""
        to = "email_address" if address.kind == EMAIL else "phone_number"
        content = {to: address.to, "template_id": template, "personalisation": told, "reference": reference}
        body = self._door.ask("POST", f"{SENDS}/{address.kind}", content=content).body
        number = _number(body)
        if not number:
            raise unreadable(False)
        return number

    def receipt(self, number: str) -> Receipt | None:
        """What it would tell of this notification by itself; None when it knows it no more. Raises Unanswered."""
        try:
            body = self._door.get(f"{SENDS}/{number}").body
        except Unanswered as missed:
            if NOT_KNOWN in missed.codes:
                return None
            raise
        if _number(body) != number:
            raise unreadable(True)
        return receipt_of(UUID(number), None, str(body.get("status")))

    def templates(self) -> tuple[list[dict[str, Any]], str]:
        """Every template, and the Date header of the answer. Raises Unanswered."""
        reply = self._door.get(TEMPLATES)
        listed = reply.body.get("templates") if isinstance(reply.body, dict) else None
        if not isinstance(listed, list):
            raise unreadable(True)
        return [item for item in listed if isinstance(item, dict)], reply.headers.get("date", "")


def _known(body: object, reference: str, address: Address) -> Iterator[Known]:
    listed = body.get("notifications") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise unreadable(True)
    for item in listed:
        number = _number(item)
        if not number or item.get("reference") != reference or item.get("type") != address.kind:
            continue
        if address.same(item.get("email_address" if address.kind == EMAIL else "phone_number")):
            meaning = fate(item.get("status"))
            yield Known(number, str(item.get("status")) if meaning is not Fate.UNDERWAY else "", meaning)


def _number(item: object) -> str:
    given = item.get("id") if isinstance(item, dict) else None
    try:
        return str(UUID(given)) if isinstance(given, str) else ""
    except ValueError:
        return ""
