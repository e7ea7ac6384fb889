"""A case system that speaks ZGW, behind the port for hand-overs: an offer is a zaak, an answer a status or a result."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Self

from integrations.handover import Finding, Found, Offer, Standing
from integrations.http import Unanswered
from integrations.http.judge import unreadable
from integrations.partners import secret
from integrations.verdict import Result, Verdict
from integrations.zgw import message, parts
from integrations.zgw.answers import UNKNOWN, Seen, answer, moment_of, taken_back
from integrations.zgw.catalogue import Catalogue, Resource, today_here
from integrations.zgw.config import Answers, ZgwSystem
from integrations.zgw.doors import Doors, text
from integrations.zgw.preflight import look


class ZgwCases:
    """HandoverSystem for one local organisation. Use it as a context; one at a time.

    Each method takes at most `longest` seconds and the bound of one exchange more, so a claim lasts longer than both.
    Raises WrongUse KR-GEHEIM when the secret is not set.
    """

    def __init__(self, system: ZgwSystem, *, today: Callable[[], date] = today_here) -> None:
        self.system, self.today = system, today
        self.doors = Doors(system, secret(system.secret))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.doors.close()

    def _begin(self) -> Catalogue:
        self.doors.begin()
        return Catalogue(self.doors)

    def offer(self, offer: Offer) -> str:
        """Make the zaak and what belongs to it; where an earlier try was cut off, only what is missing."""
        catalogue = self._begin()
        kind = text(catalogue.zaaktype(self.today()), "url")
        zaak, new = parts.made(self.doors, "zaken", "zaken", message.zaak(self.system, offer, kind))
        address = self.doors.own("zaken", text(zaak, "url"))
        if not new and not catalogue.is_ours(text(zaak, "zaaktype")):
            raise Unanswered(Result(Verdict.PERMANENT, "nummer-bezet"))
        if not zaak.get("einddatum"):  # closed: they have answered, and nothing may be added
            parts.add_units(self.doors, catalogue, zaak)
            parts.add_document(self.doors, catalogue, zaak, offer, self.today())
            parts.add_status(self.doors, catalogue, zaak)
        return address

    def find(self, number: str) -> str:
        """The address of the zaak with this `identificatie`; empty when there is none."""
        self.doors.begin()
        zaak = parts.found(self.doors, "zaken", "zaken", number)
        return self.doors.own("zaken", text(zaak, "url")) if zaak else ""

    def read(self, remote: str, etag: str = "") -> Found:
        """Their answer. The ETag of a zaak covers its status and result; values of properties are weighed by us.

        Raises Unanswered `antwoord-onbekend` for a zaak that they closed without a word that was agreed: it will not
        change by itself any more, so a person calls them.
        """
        catalogue = self._begin()
        known, _, before = etag.partition(" ")
        properties = self._properties(remote)
        mark = _mark(properties)
        reply = self.doors.get("zaken", remote, etag=known if mark == before else "")
        if reply.status == 304:
            return Found(etag=etag, unchanged=True)
        if not isinstance(reply.body, dict):
            raise unreadable(True)
        version = f"{reply.etag} {mark}".strip() if reply.etag else ""
        seen = self._seen(catalogue, reply.body, properties)
        found = answer(self.system.answers, seen, version)
        if (
            found.standing is Standing.WAITING
            and reply.body.get("einddatum")
            and not taken_back(self.system.answers, seen)
        ):
            raise Unanswered(Result(Verdict.PERMANENT, UNKNOWN))
        return found

    def _seen(self, catalogue: Catalogue, zaak: Resource, properties: dict[str, str]) -> Seen:
        status = self._linked(zaak, "status")
        result = self._linked(zaak, "resultaat")
        return Seen(
            status=catalogue.called(text(status, "statustype")) if status else "",
            set_at=moment_of(text(status, "datumStatusGezet")) if status else None,
            result=catalogue.called(text(result, "resultaattype")) if result else "",
            properties=properties,
        )

    def _linked(self, zaak: Resource, key: str) -> Resource | None:
        if key not in zaak:
            raise unreadable(True)
        return None if zaak[key] is None else self.doors.read("zaken", self.doors.own("zaken", text(zaak, key)))

    def _properties(self, remote: str) -> dict[str, str]:
        """The properties that were agreed, and no others: what else they keep is not ours to know."""
        wanted = self.system.answers.properties
        if not wanted:
            return {}
        body = self.doors.get("zaken", f"{remote}/zaakeigenschappen").body
        if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
            raise unreadable(True)
        return {name: str(item.get("waarde", "")) for name in wanted for item in body if item.get("naam") == name}

    def withdraw(self, remote: str, offer: Offer) -> None:
        """Set the agreed result and status. An answer that already stands there is left standing.

        Raises Unanswered `intrekken-niet-afgesproken` when nothing was agreed, and `al-beantwoord` when they closed it
        before: then a person calls them.
        """
        catalogue = self._begin()
        agreed = self.system.answers
        if not agreed.withdrawn_status and not agreed.withdrawn_result:
            raise Unanswered(Result(Verdict.PERMANENT, "intrekken-niet-afgesproken"))
        zaak = self.doors.read("zaken", remote)
        kind, seen = text(zaak, "zaaktype"), self._seen(catalogue, zaak, {})
        if zaak.get("einddatum"):
            _told(agreed, seen)
            return
        if agreed.withdrawn_result and not seen.result:
            content = {"zaak": remote, "resultaattype": catalogue.result(kind, agreed.withdrawn_result)}
            parts.make_once(self.doors, "resultaten", content | {"toelichting": message.WITHDRAWN})
        if agreed.withdrawn_status and seen.status != agreed.withdrawn_status:
            parts.set_status(
                self.doors, remote, catalogue.status(kind, agreed.withdrawn_status), message.WITHDRAWN, seen
            )

    def preflight(self) -> list[Finding]:
        """What must be right before anything can be handed over."""
        return look(self.doors, self.today())


def _told(agreed: Answers, seen: Seen) -> None:
    """A closed zaak: either an earlier try closed it, or they did."""
    if not taken_back(agreed, seen):
        raise Unanswered(Result(Verdict.PERMANENT, "al-beantwoord"))


def _mark(properties: dict[str, str]) -> str:
    """The version of the properties, empty without any. It stands behind the ETag and a space, which that lacks."""
    if not properties:
        return ""
    return sha256(repr(sorted(properties.items())).encode()).hexdigest()[:16]
