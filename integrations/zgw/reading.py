"""What stands in their system about one hand-over: each status in its turn, the result, the agreed properties."""

from datetime import date
from hashlib import sha256
from typing import Any

from integrations.http import Unanswered
from integrations.http.judge import unreadable
from integrations.zgw import message
from integrations.zgw.answers import Seen, Status, moment_of
from integrations.zgw.catalogue import Catalogue, Resource
from integrations.zgw.config import Answers
from integrations.zgw.doors import Doors, text

NO_FILTER = 400


def seen(doors: Doors, catalogue: Catalogue, zaak: Resource, properties: dict[str, str]) -> Seen:
    """What this zaak says, in their names."""
    result = _linked(doors, zaak, "resultaat")
    return Seen(
        statuses=_statuses(doors, catalogue, zaak),
        result=catalogue.called(text(result, "resultaattype")) if result else "",
        properties=properties,
    )


def properties(doors: Doors, agreed: Answers, remote: str) -> dict[str, str]:
    """The properties that were agreed, and no others: what else they keep is not ours to know."""
    wanted = agreed.properties
    if not wanted:
        return {}
    body = doors.get("zaken", f"{remote}/zaakeigenschappen").body
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        raise unreadable(True)
    return {name: str(item.get("waarde", "")) for name in wanted for item in body if item.get("naam") == name}


def mark(agreed: Answers, properties: dict[str, str], today: date) -> str:
    """What an ETag of theirs does not cover: the agreement, the properties, and the day: once a day all is read.

    It stands behind the ETag and a space, which that lacks.
    """
    known: list[Any] = [agreed.model_dump_json(), sorted(properties.items()), today.isoformat()]
    return sha256(repr(known).encode()).hexdigest()[:16]


def _statuses(doors: Doors, catalogue: Catalogue, zaak: Resource) -> tuple[Status, ...]:
    """From the first to the one that holds; a system that cannot filter tells only the one that holds."""
    if "status" not in zaak:
        raise unreadable(True)
    if zaak["status"] is None:
        return ()
    holds = doors.own("zaken", text(zaak, "status"))
    rows = {text(row, "url"): row for row in _listed(doors, text(zaak, "url"))}
    if holds not in rows:
        rows[holds] = doors.read("zaken", holds)
    found = [(address == holds, _status(catalogue, row)) for address, row in rows.items()]
    return tuple(status for _, status in sorted(found, key=lambda pair: (pair[0], pair[1].set_at)))


def _listed(doors: Doors, zaak: str) -> list[Resource]:
    try:
        listed = list(doors.pages("zaken", "statussen", {"zaak": zaak}))
    except Unanswered as refusal:
        if refusal.status != NO_FILTER:
            raise
        return []
    return [row for row in listed if row.get("zaak") == zaak]


def _status(catalogue: Catalogue, row: Resource) -> Status:
    moment = moment_of(text(row, "datumStatusGezet"))
    if moment is None:
        raise unreadable(True)
    said = row.get("statustoelichting")
    if not isinstance(said, str | None):
        raise unreadable(True)
    return Status(catalogue.called(text(row, "statustype")), moment, said in message.OURS)


def _linked(doors: Doors, zaak: Resource, key: str) -> Resource | None:
    if key not in zaak:
        raise unreadable(True)
    return None if zaak[key] is None else doors.read("zaken", doors.own("zaken", text(zaak, key)))
