"""A case system that speaks ZGW, behind the port for hand-overs: an offer is a zaak, an answer a status or a result."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Self

from integrations.handover import TAKEN_BACK, Finding, Found, Offer, Standing
from integrations.http import Unanswered
from integrations.http.door import by_uuid
from integrations.http.judge import unreadable
from integrations.partners import secret
from integrations.verdict import Result, Verdict
from integrations.zgw import message, parts, reading
from integrations.zgw.answers import UNKNOWN, Seen, answer, taken_back
from integrations.zgw.catalogue import Catalogue, Resource, today_here
from integrations.zgw.config import Answers, ZgwSystem
from integrations.zgw.doors import Doors, text
from integrations.zgw.preflight import look


class ZgwCases:
    """HandoverSystem for one local organisation. Use it as a context; one at a time.

    All that is asked of one takes at most `longest` seconds and the bound of one exchange more: a lease holds longer.
    Raises WrongUse KR-GEHEIM when the secret is not set.
    """

    def __init__(self, system: ZgwSystem, *, today: Callable[[], date] = today_here) -> None:
        self.system, self.today = system, today
        self.doors = Doors(system, secret(system.secret))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.doors.close()

    def offer(self, offer: Offer) -> str:
        """Make the zaak and what belongs to it; where an earlier try was cut off, only what is missing."""
        catalogue = Catalogue(self.doors)
        kind = text(catalogue.zaaktype(self.today()), "url")
        zaak, new = parts.made(self.doors, "zaken", "zaken", message.zaak(self.system, offer, kind))
        if not new and not catalogue.is_ours(text(zaak, "zaaktype")):
            raise Unanswered(Result(Verdict.PERMANENT, "nummer-bezet"))
        remote = self._address(zaak)
        try:
            self._complete(catalogue, zaak, offer, new)
        except Unanswered as missed:
            missed.result = replace(missed.result, remote=remote)
            raise
        return remote

    def _complete(self, catalogue: Catalogue, zaak: Resource, offer: Offer, new: bool) -> None:
        self.doors.own("zaken", text(zaak, "url"))
        if not new and taken_back(self.system.answers, reading.seen(self.doors, catalogue, zaak, {})):
            raise Unanswered(Result(Verdict.PERMANENT, TAKEN_BACK))
        if not zaak.get("einddatum"):  # closed: they have answered, and nothing may be added
            parts.add_units(self.doors, catalogue, zaak)
            parts.add_document(self.doors, catalogue, zaak, offer, self.today())
            parts.add_status(self.doors, catalogue, zaak)

    def _address(self, zaak: Resource) -> str:
        """Where it stands, for us."""
        said = text(zaak, "url")
        try:
            return self.doors.own("zaken", said)
        except Unanswered:
            return by_uuid(said, f"{self.system.zaken.url}zaken/")

    def find(self, number: str) -> str:
        """The address of the zaak with this `identificatie`; empty when there is none."""
        zaak = parts.found(self.doors, "zaken", "zaken", number)
        return self._address(zaak) if zaak else ""

    def read(self, remote: str, etag: str = "") -> Found:
        """Their answer. The ETag of a zaak covers its status and result; what it does not cover is weighed by us.

        Raises Unanswered `antwoord-onbekend` for a zaak that they closed without a word that was agreed: it will not
        change by itself any more, so a person calls them.
        """
        known, _, before = etag.partition(" ")
        properties = reading.properties(self.doors, self.system.answers, remote)
        mark = reading.mark(self.system.answers, properties, self.today())
        reply = self.doors.get("zaken", remote, etag=known if mark == before else "")
        if reply.status == 304:
            return Found(etag=etag, unchanged=True)
        if not isinstance(reply.body, dict):
            raise unreadable(True)
        seen = reading.seen(self.doors, Catalogue(self.doors), reply.body, properties)
        found = answer(self.system.answers, seen, f"{reply.etag} {mark}" if reply.etag else "")
        if found.standing is Standing.WAITING and reply.body.get("einddatum") and not found.taken_back:
            raise Unanswered(Result(Verdict.PERMANENT, UNKNOWN))
        return found

    def gone(self, remote: str) -> bool:
        """True when this zaak is not there, while a list of them is."""
        try:
            self.doors.get("zaken", remote)
        except Unanswered as missed:
            if not missed.not_there:
                raise
            self.doors.get("zaken", "zaken", params={"identificatie": "preflight"})
            return True
        return False

    def withdraw(self, remote: str, offer: Offer, *, answered: str = "") -> Standing:
        """Set the agreed result and status. An answer that already stands there is left standing.

        Raises Unanswered `intrekken-niet-afgesproken` when nothing was agreed, and `al-beantwoord` when they closed it
        before or set a result of their own just now: then a person calls them.
        """
        agreed, said = self.system.answers, message.ANSWERED if answered else message.WITHDRAWN
        result = _result(agreed, answered)
        if not agreed.withdrawn_status and not result:
            raise Unanswered(Result(Verdict.PERMANENT, "intrekken-niet-afgesproken"))
        catalogue, zaak = Catalogue(self.doors), self.doors.read("zaken", remote)
        kind, seen = text(zaak, "zaaktype"), reading.seen(self.doors, catalogue, zaak, {})
        if zaak.get("einddatum"):
            _told(agreed, seen)
            return Standing.WAITING
        theirs = _theirs(agreed, seen, result)
        if theirs is Standing.WAITING and result and not seen.result:
            content = {"zaak": remote, "resultaattype": catalogue.result(kind, result), "toelichting": said}
            theirs, seen = self._result_set(catalogue, content, result, seen)
        end = agreed.withdrawn_status
        if theirs is Standing.WAITING and end and not (seen.last and seen.last.name == end):
            parts.set_status(self.doors, remote, catalogue.status(kind, end), said, seen)
        return theirs

    def _result_set(
        self, catalogue: Catalogue, content: Mapping[str, str], result: str, seen: Seen
    ) -> tuple[Standing, Seen]:
        """Where one was set since we looked, it must be ours: whose it is, is read."""
        if parts.make_once(self.doors, "resultaten", content):
            return Standing.WAITING, seen
        now = reading.seen(self.doors, catalogue, self.doors.read("zaken", content["zaak"]), {})
        theirs = _theirs(self.system.answers, now, result)
        if theirs is Standing.WAITING and now.result != result:
            raise Unanswered(Result(Verdict.PERMANENT, "al-beantwoord"))
        return theirs, now

    def preflight(self) -> list[Finding]:
        """What must be right before anything can be handed over."""
        return look(self.doors, self.today())


def _result(agreed: Answers, answered: str) -> str | None:
    """A refusal that they gave to us gets their own word for it, where there is exactly one."""
    if answered == Standing.REFUSED and len(agreed.refused_result) == 1:
        return next(iter(agreed.refused_result))
    return agreed.withdrawn_result


def _theirs(agreed: Answers, seen: Seen, result: str | None) -> Standing:
    """What they answered; the result that we set ourselves is no answer."""
    return Standing.WAITING if result and seen.result == result else answer(agreed, seen).standing


def _told(agreed: Answers, seen: Seen) -> None:
    """A closed zaak: either an earlier try closed it, or they did."""
    if not taken_back(agreed, seen) and not (seen.last and seen.last.ours):
        raise Unanswered(Result(Verdict.PERMANENT, "al-beantwoord"))
