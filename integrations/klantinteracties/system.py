"""A case system that speaks Klantinteracties, behind the port for hand-overs: an internetaak asks for acceptance.

A klantcontact with an onderwerpobject that holds our number, and an internetaak about it. Both are looked for before
they are made, so an answer that was lost leaves one of each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from domain.dutch import day_text
from integrations.handover import TAKEN_BACK, Finding, Found, Offer, Standing
from integrations.http import Door, Unanswered
from integrations.http.door import by_uuid, stands_under
from integrations.http.judge import ELSEWHERE
from integrations.http.token_auth import TokenAuth
from integrations.klantinteracties.answer import ANSWERED, CLOSING, DONE, WAITING, WITHDRAWN, found_in, unreadable
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.klantinteracties.preflight import findings
from integrations.partners import secret
from integrations.patience import Patience, PatientDoor
from integrations.verdict import Result, Verdict

OBJECT, BY = "warme overdracht", "nummer"
SUBJECT = "Warme overdracht"
MOST_PAGES = 20


@contextmanager
def klantinteracties(system: KlantinteractiesSystem) -> Iterator["KlantinteractiesHandovers"]:
    """The system, for a few questions. Raises WrongUse KR-GEHEIM without its token."""
    with PatientDoor(Patience(system.longest), system.connection, auth=TokenAuth(secret(system.secret))) as door:
        yield KlantinteractiesHandovers(system, door)


class KlantinteractiesHandovers:
    """One organisation's system (HandoverSystem). Every method raises Unanswered with a verdict."""

    def __init__(self, system: KlantinteractiesSystem, door: Door) -> None:
        self.system, self.door = system, door

    def offer(self, offer: Offer) -> str:
        """Make the internetaak, or find it; its address."""
        contact = self._contact(offer.number)
        task = self._task_of(contact) if contact else None
        if task and _taken_back(task):
            raise Unanswered(Result(Verdict.PERMANENT, TAKEN_BACK, remote=self._address(task)))
        there = task or self._make_task(contact or self._make_contact(offer), offer)
        remote = self._address(there, made=task is None)
        if remote != there["url"]:
            raise Unanswered(Result(Verdict.PERMANENT, ELSEWHERE, remote=remote))
        return remote

    def find(self, number: str) -> str:
        """The address of the internetaak made under this number, empty when there is none."""
        contact = self._contact(number)
        task = self._task_of(contact) if contact else None
        return self._address(task) if task else ""

    def _address(self, task: dict[str, Any], *, made: bool = False) -> str:
        """Where it stands, for us."""
        said, ours = _text(task, "url", made=made), self.system.connection.url
        return said if stands_under(said, ours) else by_uuid(said, f"{ours}internetaken/", repeatable=not made)

    def read(self, remote: str, etag: str = "") -> Found:
        """What was done with it."""
        found = found_in(_object(self.door.get(remote).body), self.system)
        same = found.standing is Standing.WAITING and bool(etag) and found.etag == etag
        return replace(found, unchanged=same)

    def gone(self, remote: str) -> bool:
        """True when this internetaak is not there, while a list of them is."""
        try:
            self.door.get(remote)
        except Unanswered as missed:
            if not missed.not_there:
                raise
            self.door.get("internetaken", params={"pageSize": "1"})
            return True
        return False

    def withdraw(self, remote: str, offer: Offer, *, answered: str = "") -> Standing:
        """Say so in the internetaak, and take it off their list. What is handled stays as it is, and is read."""
        task = _object(self.door.get(remote).body)
        found, text = found_in(task, self.system), _told(task)
        if task.get("status") == DONE:
            return found.standing  # waiting: taken back before
        told = text if text.startswith((WITHDRAWN, ANSWERED)) else f"{self._ending(answered)}\n{text}"[:1000]
        self.door.ask("PATCH", remote, content={"status": DONE, "toelichting": told})
        return Standing.WAITING

    def _ending(self, answered: str) -> str:
        """Our words above theirs: the agreed word for a refusal that they gave to us, where there is exactly one."""
        if answered == Standing.REFUSED and len(self.system.refusals) == 1:
            return f"{next(iter(self.system.refusals))} {ANSWERED}"
        return ANSWERED if answered else WITHDRAWN

    def preflight(self) -> list[Finding]:
        """What must be right beforehand."""
        return findings(self.system, self.door)

    def _contact(self, number: str) -> str:
        """The klantcontact that is about our number; the first by its code when a lost request left two."""
        wanted = {
            "onderwerpobjectidentificatorObjectId": number,
            "onderwerpobjectidentificatorCodeRegister": self.system.register_code,
        }
        listed = self.door.pages("onderwerpobjecten", params=wanted, most=MOST_PAGES)
        found = [_contact_of(item, number) for item in listed]
        contacts = sorted(filter(None, found))
        if len(contacts) < 2:
            return "".join(contacts)
        return next((contact for contact in contacts if self._task_of(contact)), contacts[0])

    def _task_of(self, contact: str) -> dict[str, Any] | None:
        asked = {"aanleidinggevendKlantcontact__uuid": contact}
        found = self.door.pages("internetaken", params=asked, most=MOST_PAGES)
        made = [_object(item) for item in found]
        ours = [item for item in made if (item.get("aanleidinggevendKlantcontact") or {}).get("uuid") == contact]
        return min(ours, key=lambda item: _text(item, "url"), default=None)

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

    def _make_task(self, contact: str, offer: Offer) -> dict[str, Any]:
        content = {
            "aanleidinggevendKlantcontact": {"uuid": contact},
            "gevraagdeHandeling": self.system.asked,
            "toegewezenAanActoren": [{"uuid": str(self.system.actor)}],
            "toelichting": explanation(offer, with_link=self.system.link),
            "status": WAITING,
        }
        return _object(self.door.ask("POST", "internetaken", content=content).body, made=True)


def explanation(offer: Offer, *, with_link: bool = False) -> str:
    """What the internetaak says: references, a day and perhaps the link, on one line that is recognised later."""
    until = f" Uiterlijk {day_text(offer.due_on)}." if offer.due_on else ""
    link = f" {offer.link}" if with_link and offer.link else ""
    return f"[{offer.number}] {_line(offer)}{until}{link} {CLOSING}"


def _line(offer: Offer) -> str:
    own = f" Uw zaak {offer.own_number}." if offer.own_number else ""
    return f"Kenmerk {offer.case_reference}.{own}"


def _taken_back(task: dict[str, Any]) -> bool:
    """True when it was closed with our own words."""
    return task.get("status") == DONE and _told(task).startswith((WITHDRAWN, ANSWERED))


def _told(task: dict[str, Any]) -> str:
    """Its toelichting, '' where there is none."""
    found = task.get("toelichting")
    return found if isinstance(found, str) else ""


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
