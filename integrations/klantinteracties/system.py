"""A case system that speaks Klantinteracties, behind the port for hand-overs: an internetaak asks for acceptance.

A klantcontact with an onderwerpobject that holds our number, and an internetaak about it. Both are looked for before
they are made, so an answer that was lost leaves one of each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from domain.dutch import day_text
from integrations.handover import Finding, Found, Offer
from integrations.http import Door, Unanswered
from integrations.http.token_auth import TokenAuth
from integrations.klantinteracties.answer import CLOSING, DONE, WAITING, WITHDRAWN, found_in, unreadable
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.klantinteracties.preflight import findings
from integrations.partners import secret
from integrations.verdict import Result, Verdict

OBJECT, BY = "warme overdracht", "nummer"
SUBJECT = "Warme overdracht"


@contextmanager
def klantinteracties(system: KlantinteractiesSystem) -> Iterator["KlantinteractiesHandovers"]:
    """The system, for a few questions. Raises WrongUse KR-GEHEIM without its token."""
    with Door(system.connection, auth=TokenAuth(secret(system.secret))) as door:
        yield KlantinteractiesHandovers(system, door)


class KlantinteractiesHandovers:
    """One organisation's system (HandoverSystem). Every method raises Unanswered with a verdict."""

    def __init__(self, system: KlantinteractiesSystem, door: Door) -> None:
        self.system, self.door = system, door

    def offer(self, offer: Offer) -> str:
        """Make the internetaak, or find it; its address."""
        contact = self._contact(offer.number)
        if contact and (made := self._task_of(contact)):
            return made
        return self._make_task(contact or self._make_contact(offer), offer)

    def find(self, number: str) -> str:
        """The address of the internetaak made under this number, empty when there is none."""
        contact = self._contact(number)
        return self._task_of(contact) if contact else ""

    def read(self, remote: str, etag: str = "") -> Found:
        """What was done with it."""
        found = found_in(_object(self.door.get(remote).body), self.system)
        return replace(found, unchanged=True) if etag and found.etag == etag else found

    def withdraw(self, remote: str, offer: Offer) -> None:
        """Say so in the internetaak, and take it off their list."""
        task = _object(self.door.get(remote).body)
        text = str(task.get("toelichting") or "")
        if task.get("status") == DONE:
            return  # taken back before, or they were done with it
        told = text if text.startswith(WITHDRAWN) else f"{WITHDRAWN}\n{text}"[:1000]
        self.door.ask("PATCH", remote, content={"status": DONE, "toelichting": told})

    def preflight(self) -> list[Finding]:
        """What must be right beforehand."""
        return findings(self.system, self.door)

    def _contact(self, number: str) -> str:
        """The klantcontact that is about our number; the first by its code when a lost request left two."""
        wanted = {
            "onderwerpobjectidentificatorObjectId": number,
            "onderwerpobjectidentificatorCodeRegister": self.system.register_code,
        }
        found = [_contact_of(item, number) for item in self.door.pages("onderwerpobjecten", params=wanted)]
        contacts = sorted(filter(None, found))
        if len(contacts) < 2:
            return "".join(contacts)
        return next((contact for contact in contacts if self._task_of(contact)), contacts[0])

    def _task_of(self, contact: str) -> str:
        found = self.door.pages("internetaken", params={"aanleidinggevendKlantcontact__uuid": contact})
        made = [_object(item) for item in found]
        ours = [item for item in made if (item.get("aanleidinggevendKlantcontact") or {}).get("uuid") == contact]
        return min((_text(item, "url") for item in ours), default="")

    def _make_contact(self, offer: Offer) -> str:
        identity = {
            "objectId": offer.number,
            "codeObjecttype": OBJECT,
            "codeRegister": self.system.register_code,
            "codeSoortObjectId": BY,
        }
        contact = {
            "kanaal": self.system.channel,
            "onderwerp": SUBJECT,
            "inhoud": _line(offer),
            "taal": "nld",
            "vertrouwelijk": True,
        }
        content = {
            "klantcontact": contact,
            "onderwerpobject": {"onderwerpobjectidentificator": identity},
        }
        made = _object(self.door.ask("POST", "maak-klantcontact", content=content).body)
        return _text(_object(made.get("klantcontact"), made=True), "uuid", made=True)

    def _make_task(self, contact: str, offer: Offer) -> str:
        content = {
            "aanleidinggevendKlantcontact": {"uuid": contact},
            "gevraagdeHandeling": self.system.asked,
            "toegewezenAanActoren": [{"uuid": str(self.system.actor)}],
            "toelichting": explanation(offer),
            "status": WAITING,
        }
        made = _object(self.door.ask("POST", "internetaken", content=content).body, made=True)
        return _text(made, "url", made=True)


def explanation(offer: Offer) -> str:
    """What the internetaak says: references, a day and the link, on one line that is recognised later."""
    until = f" Uiterlijk {day_text(offer.due_on)}." if offer.due_on else ""
    return f"[{offer.number}] {_line(offer)}{until} {offer.link} {CLOSING}"


def _line(offer: Offer) -> str:
    own = f" Uw zaak {offer.own_number}." if offer.own_number else ""
    return f"Kenmerk {offer.case_reference}.{own}"


def _contact_of(item: Any, number: str) -> str:
    """A server that does not know a filter gives everything: only what bears our number counts."""
    found = _object(item)
    identity = found.get("onderwerpobjectidentificator") or {}
    contact = found.get("klantcontact") or {}
    return str(contact.get("uuid") or "") if identity.get("objectId") == number else ""


def _object(body: Any, *, made: bool = False) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Unanswered(Result(Verdict.INDEFINITE, "onleesbaar")) if made else unreadable()
    return body


def _text(found: dict[str, Any], name: str, *, made: bool = False) -> str:
    text = found.get(name)
    if not isinstance(text, str) or not text:
        raise Unanswered(Result(Verdict.INDEFINITE, "onleesbaar")) if made else unreadable()
    return text
