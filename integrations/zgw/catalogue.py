"""What a zaaktype is made of, by the names in the partners' file: its statuses, results, roles and documents."""

from datetime import UTC, date, datetime
from typing import Any

from domain.dutch import AMSTERDAM
from integrations.http import Unanswered
from integrations.verdict import Result, Verdict
from integrations.zgw.doors import Doors, addresses, not_set_up, text

Resource = dict[str, Any]


def today_here() -> date:
    """The day in Amsterdam."""
    return datetime.now(UTC).astimezone(AMSTERDAM).date()


class Catalogue:
    """The Catalogi API of one system, read once an act.

    Lists are asked by the zaaktype's `identificatie`, as the published document has it, and sifted by its address.
    """

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._kept: dict[str, Any] = {}

    def zaaktype(self, today: date) -> Resource:
        """The version that is published and valid today. Raises Unanswered `relay-zaaktype` when there is none."""
        asked = {
            "identificatie": self._doors.system.zaaktype,
            "status": "definitief",
            "datumGeldigheid": today.isoformat(),
        }
        valid = [found for found in self._doors.pages("catalogi", "zaaktypen", asked) if holds(found, today)]
        if not valid:
            raise not_set_up("zaaktype")
        return max(valid, key=lambda found: text(found, "beginGeldigheid"))

    def is_ours(self, zaaktype: str) -> bool:
        """True when this is a version of the configured zaaktype."""
        return self.named(zaaktype).get("identificatie") == self._doors.system.zaaktype

    def named(self, address: str) -> Resource:
        """What stands at this address of the catalogue."""
        if address not in self._kept:
            self._kept[address] = self._doors.read("catalogi", self._doors.own("catalogi", address))
        found: Resource = self._kept[address]
        return found

    def called(self, address: str) -> str:
        """The `omschrijving` of what stands at this address."""
        return text(self.named(address), "omschrijving")

    def of(self, kind: str, zaaktype: str) -> list[Resource]:
        """Every statustypen, resultaattypen or roltypen of this version of the zaaktype."""
        if kind not in self._kept:
            asked = {"zaaktypeIdentificatie": self._doors.system.zaaktype, "status": "definitief"}
            self._kept[kind] = list(self._doors.pages("catalogi", kind, asked))
        return [found for found in self._kept[kind] if found.get("zaaktype") == zaaktype]

    def status(self, zaaktype: str, name: str | None) -> str:
        """The address of the statustype of this name; None: the first one."""
        kinds = in_order(self.of("statustypen", zaaktype))
        return one("statustype", [found for found in kinds if name is None or found.get("omschrijving") == name])

    def result(self, zaaktype: str, name: str) -> str:
        """The address of the resultaattype of this name."""
        kinds = self.of("resultaattypen", zaaktype)
        return one("resultaattype", [found for found in kinds if found.get("omschrijving") == name])

    def role(self, zaaktype: str, generic: str) -> str:
        """The address of the roltype with this `omschrijvingGeneriek`."""
        kinds = self.of("roltypen", zaaktype)
        return one("roltype", [found for found in kinds if found.get("omschrijvingGeneriek") == generic])

    def document(self, zaaktype: str, today: date) -> str:
        """The address of the informatieobjecttype that this zaaktype allows. Raises Unanswered when there is none."""
        allowed = addresses(self.named(zaaktype), "informatieobjecttypen")
        named = [address for address in allowed if self.called(address) == self._doors.system.document_type]
        return one(
            "informatieobjecttype", [self.named(address) for address in named if holds(self.named(address), today)]
        )


def one(what: str, found: list[Resource]) -> str:
    """The address of the first; Unanswered when the catalogue has none."""
    if not found:
        raise not_set_up(what)
    return text(found[0], "url")


def in_order(kinds: list[Resource]) -> list[Resource]:
    """Statustypen as they follow each other."""
    return sorted(kinds, key=lambda kind: kind["volgnummer"] if isinstance(kind.get("volgnummer"), int) else 0)


def holds(resource: Resource, today: date) -> bool:
    """True when it is published and valid today; the end of validity is the first day it is not."""
    end = resource.get("eindeGeldigheid")
    try:
        begins = date.fromisoformat(text(resource, "beginGeldigheid"))
        over = isinstance(end, str) and date.fromisoformat(end) <= today
    except ValueError:
        raise Unanswered(Result(Verdict.TEMPORARY, "onleesbaar")) from None
    return resource.get("concept") is not True and begins <= today and not over
