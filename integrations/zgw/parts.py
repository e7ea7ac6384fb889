"""The parts of a hand-over in their system: each is looked for before it is made, so that a second try doubles none."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations.handover import Offer
from integrations.http import Unanswered
from integrations.http.judge import unreadable
from integrations.verdict import Result, Verdict
from integrations.zgw import message
from integrations.zgw.answers import Seen
from integrations.zgw.catalogue import Catalogue, Resource
from integrations.zgw.config import Unit
from integrations.zgw.doors import Doors, addresses, text
from integrations.zgw.token import BACK

NOT_UNIQUE = "identificatie-niet-uniek"
DOUBLE = frozenset({"unique", "uniek", NOT_UNIQUE})


def found(doors: Doors, name: str, path: str, number: str) -> Resource | None:
    """What was made before under our number. Raises Unanswered when there are two."""
    asked = {"identificatie": number, "bronorganisatie": doors.system.rsin}
    same = [one for one in doors.pages(name, path, asked) if one.get("identificatie") == number]
    if len(same) > 1:
        raise Unanswered(Result(Verdict.PERMANENT, "niet-eenduidig"))
    return same[0] if same else None


def made(doors: Doors, name: str, path: str, content: Mapping[str, Any]) -> tuple[Resource, bool]:
    """Made now (True), or there already (False). Raises Unanswered `nummer-bezet` when it is there but not for us."""
    try:
        return doors.make(name, path, content), True
    except Unanswered as refusal:
        if NOT_UNIQUE not in refusal.codes:
            raise
    there = found(doors, name, path, content["identificatie"])
    if there is None:
        raise Unanswered(Result(Verdict.PERMANENT, "nummer-bezet"))
    return there, False


def add_units(doors: Doors, catalogue: Catalogue, zaak: Resource) -> None:
    """Each organisation in its role."""
    zaaktype = text(zaak, "zaaktype")
    there = [doors.read("zaken", doors.own("zaken", address)) for address in addresses(zaak, "rollen")]
    for unit in doors.system.units:
        kind = catalogue.role(zaaktype, unit.role)
        if not any(_is(role, kind, unit) for role in there):
            doors.make("zaken", "rollen", _role(text(zaak, "url"), kind, unit))


def _is(role: Resource, kind: str, unit: Unit) -> bool:
    who = role.get("betrokkeneIdentificatie")
    return role.get("roltype") == kind and isinstance(who, dict) and who.get("identificatie") == unit.code


def _role(zaak: str, kind: str, unit: Unit) -> dict[str, Any]:
    return {
        "zaak": zaak,
        "betrokkeneType": "organisatorische_eenheid",
        "roltype": kind,
        "roltoelichting": unit.role,
        "betrokkeneIdentificatie": {"identificatie": unit.code, "naam": unit.name},
    }


def add_document(doors: Doors, catalogue: Catalogue, zaak: Resource, offer: Offer, today: date) -> None:
    """The content-free document, linked to the zaak."""
    if doors.system.document_type is None:
        return
    document = found(doors, "documenten", "enkelvoudiginformatieobjecten", offer.number)
    if document is None:
        kind = catalogue.document(text(zaak, "zaaktype"), today)
        content = message.document(doors.system, offer, kind)
        document, _ = made(doors, "documenten", "enkelvoudiginformatieobjecten", content)
    address = text(document, "url")
    links = [doors.read("zaken", doors.own("zaken", link)) for link in addresses(zaak, "zaakinformatieobjecten")]
    if not any(link.get("informatieobject") == address for link in links):
        link = {"zaak": text(zaak, "url"), "informatieobject": address, "titel": message.title(offer)}
        make_once(doors, "zaakinformatieobjecten", link)


def add_status(doors: Doors, catalogue: Catalogue, zaak: Resource) -> None:
    """The first status, when it has none yet. It comes last: then everything else is there."""
    if "status" not in zaak:
        raise unreadable(True)
    if zaak["status"] is None:
        kind = catalogue.status(text(zaak, "zaaktype"), doors.system.first_status)
        set_status(doors, text(zaak, "url"), kind, message.OFFERED, Seen())


def set_status(doors: Doors, zaak: str, kind: str, said: str, before: Seen) -> None:
    """Now by their clock, since a status of tomorrow is refused, and after the one before, since the last counts."""
    now = datetime.now(UTC) + timedelta(seconds=doors.signer.seen - BACK)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as it will be written
    if before.last and now <= before.last.set_at:
        now = before.last.set_at.astimezone(UTC) + timedelta(milliseconds=1)
    moment = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    content = {"zaak": zaak, "statustype": kind, "datumStatusGezet": moment, "statustoelichting": said}
    doors.make("zaken", "statussen", content)


def make_once(doors: Doors, path: str, content: Mapping[str, Any]) -> bool:
    """Make it. False when one is there already: ours of before, or theirs."""
    try:
        doors.make("zaken", path, content)
    except Unanswered as refusal:
        if not refusal.codes & DOUBLE:
            raise
        return False
    return True
