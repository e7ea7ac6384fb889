"""What a ZGW stand-in keeps, and the business rules of the standard that decide about a hand-over."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.partners import zgw_rows as rows
from tests.partners.zgw_rows import Row

API = {
    "zaken": ("zaken", "rollen", "statussen", "resultaten", "zaakinformatieobjecten"),
    "catalogi": ("zaaktypen", "statustypen", "resultaattypen", "roltypen", "eigenschappen", "informatieobjecttypen"),
    "documenten": ("enkelvoudiginformatieobjecten",),
}
OF = {kind: api for api, kinds in API.items() for kind in kinds}
STATUSES = ("Ontvangen", "In behandeling", "Afgerond")
RESULTS = ("Aanvaard", "Geen capaciteit", "Geen inwoner", "Ingetrokken")
KIND = "Overdrachtsbericht"


class Wrong(Exception):
    """Refused, with the code of the standard and the field it is about."""

    def __init__(self, code: str, name: str = "nonFieldErrors", status: int = 400) -> None:
        super().__init__(code)
        self.code, self.name, self.status = code, name, status


class State:
    """Everything in one case system. `base`: its address; `ahead`: seconds that its clock is ahead."""

    def __init__(self, base: str, *, ahead: float = 0.0, zaaktype: str = "OVERDRACHT") -> None:
        self.base, self.ahead = base, ahead
        self.kept: dict[str, dict[str, Row]] = {kind: {} for kind in (*OF, "zaakeigenschappen")}
        catalogue = f"{base}catalogi/api/v1/catalogussen/{uuid4()}"
        self.zaaktype = self.add("zaaktypen", rows.zaaktype(catalogue, zaaktype))
        for number, name in enumerate(STATUSES, 1):
            self.of_type("statustypen", rows.statustype(self.zaaktype, number, name, number == len(STATUSES)))
        for name in RESULTS:
            self.of_type("resultaattypen", rows.resultaattype(self.zaaktype, name))
        for role in ("initiator", "behandelaar"):
            self.of_type("roltypen", rows.part(self.zaaktype, omschrijving=role, omschrijvingGeneriek=role))
        for name in ("Datum gesprek", "Steun VT"):
            self.of_type("eigenschappen", rows.eigenschap(self.zaaktype, name))
        self.of_type("informatieobjecttypen", rows.documenttype(catalogue, KIND, [self.zaaktype["url"]]))

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def add(self, kind: str, row: Row, under: str = "") -> Row:
        uuid = str(uuid4())
        path = under or f"{self.base}{OF.get(kind, 'zaken')}/api/v1/{kind}"
        with_uuid = {"uuid": uuid} if OF.get(kind, "zaken") == "zaken" else {}
        self.kept[kind][uuid] = {"url": f"{path}/{uuid}", **with_uuid, **row}
        return self.kept[kind][uuid]

    def of_type(self, kind: str, row: Row) -> Row:
        made = self.add(kind, row)
        self.zaaktype[kind].append(made["url"])
        return made

    def at(self, kind: str, address: str, field: str) -> Row:
        """The resource at this address, which a field names."""
        found = self.kept[kind].get(address.rpartition("/")[2])
        if found is None or found["url"] != address:
            raise Wrong("object-does-not-exist", field)
        return found

    def named(self, kind: str, name: str) -> Row:
        return next(row for row in self.kept[kind].values() if name in (row.get("omschrijving"), row.get("naam")))

    # what people there do

    def set_status(self, zaak: str, name: str, at: datetime | None = None) -> Row:
        moment = (at or self.now()).isoformat().replace("+00:00", "Z")
        kind = self.named("statustypen", name)["url"]
        return self.make("statussen", {"zaak": zaak, "statustype": kind, "datumStatusGezet": moment})

    def set_result(self, zaak: str, name: str) -> Row:
        return self.make("resultaten", {"zaak": zaak, "resultaattype": self.named("resultaattypen", name)["url"]})

    def set_property(self, zaak: str, name: str, value: str) -> Row:
        row = self.at("zaken", zaak, "zaak")
        found = next((one for one in self.properties(zaak) if one["naam"] == name), None)
        if found is not None:
            found["waarde"] = value
            return found
        own = {"zaak": zaak, "eigenschap": self.named("eigenschappen", name)["url"], "naam": name, "waarde": value}
        made = self.add("zaakeigenschappen", own, f"{zaak}/zaakeigenschappen")
        row["eigenschappen"].append(made["url"])
        return made

    def properties(self, zaak: str) -> list[Row]:
        return [row for row in self.kept["zaakeigenschappen"].values() if row["zaak"] == zaak]

    # what the API does

    def make(self, kind: str, given: Row) -> Row:
        makers: dict[str, Callable[[Row], Row]] = {
            "zaken": self._zaak,
            "rollen": self._role,
            "statussen": self._status,
            "resultaten": self._result,
            "zaakinformatieobjecten": self._link,
            "enkelvoudiginformatieobjecten": self._document,
        }
        return makers[kind](given)

    def _unique(self, kind: str, given: Row) -> None:
        keys = ("identificatie", "bronorganisatie")
        if any(all(row[key] == given[key] for key in keys) for row in self.kept[kind].values()):
            raise Wrong("identificatie-niet-uniek", "identificatie")

    def _zaak(self, given: Row) -> Row:
        self._unique("zaken", given)
        if self.at("zaaktypen", given["zaaktype"], "zaaktype")["concept"]:
            raise Wrong("not-published", "zaaktype")
        return self.add("zaken", rows.zaak(given, self.now().isoformat()))

    def _open(self, given: Row) -> Row:
        zaak = self.at("zaken", given["zaak"], "zaak")
        if zaak["einddatum"]:
            raise Wrong("zaak-closed", status=403)
        return zaak

    def _kind(self, kind: str, address: str, field: str, zaak: Row) -> Row:
        found = self.at(kind, address, field)
        if found["zaaktype"] != zaak["zaaktype"]:
            raise Wrong("zaaktype-mismatch", field)
        return found

    def _role(self, given: Row) -> Row:
        zaak = self._open(given)
        kind = self._kind("roltypen", given["roltype"], "roltype", zaak)
        made = self.add("rollen", rows.rol(given, self.now().isoformat(), kind))
        zaak["rollen"].append(made["url"])
        return made

    def _status(self, given: Row) -> Row:
        zaak = self._open(given)
        kind = self._kind("statustypen", given["statustype"], "statustype", zaak)
        moment = datetime.fromisoformat(given["datumStatusGezet"])
        if moment > self.now():
            raise Wrong("date-in-future", "datumStatusGezet")
        before = [row for row in self.kept["statussen"].values() if row["zaak"] == given["zaak"]]
        if any(datetime.fromisoformat(row["datumStatusGezet"]) == moment for row in before):
            raise Wrong("unique")
        if kind["isEindstatus"]:
            self._close(zaak, moment)
        for row in before:
            row["indicatieLaatstGezetteStatus"] = False
        made = self.add("statussen", rows.status(given))
        zaak["status"] = made["url"]
        return made

    def _close(self, zaak: Row, moment: datetime) -> None:
        if zaak["resultaat"] is None:
            raise Wrong("resultaat-does-not-exist")
        links = [self.at("zaakinformatieobjecten", address, "") for address in zaak["zaakinformatieobjecten"]]
        documents = [self.at("enkelvoudiginformatieobjecten", link["informatieobject"], "") for link in links]
        if any(document["indicatieGebruiksrecht"] is None for document in documents):
            raise Wrong("indicatiegebruiksrecht-unset")
        zaak["einddatum"] = moment.date().isoformat()

    def _result(self, given: Row) -> Row:
        zaak = self._open(given)
        self._kind("resultaattypen", given["resultaattype"], "resultaattype", zaak)
        if zaak["resultaat"] is not None:
            raise Wrong("unique", "zaak")
        made = self.add("resultaten", {"toelichting": "", **given})
        zaak["resultaat"] = made["url"]
        return made

    def _link(self, given: Row) -> Row:
        zaak = self._open(given)
        document = self.at("enkelvoudiginformatieobjecten", given["informatieobject"], "informatieobject")
        if document["informatieobjecttype"] not in self.zaaktype["informatieobjecttypen"]:
            raise Wrong("missing-zaaktype-informatieobjecttype-relation")
        pairs = [(row["zaak"], row["informatieobject"]) for row in self.kept["zaakinformatieobjecten"].values()]
        if (given["zaak"], given["informatieobject"]) in pairs:
            raise Wrong("unique")
        made = self.add("zaakinformatieobjecten", rows.link(given, self.now().isoformat()))
        zaak["zaakinformatieobjecten"].append(made["url"])
        return made

    def _document(self, given: Row) -> Row:
        self._unique("enkelvoudiginformatieobjecten", given)
        self.at("informatieobjecttypen", given["informatieobjecttype"], "informatieobjecttype")
        if len(base64.b64decode(given["inhoud"])) != given["bestandsomvang"]:
            raise Wrong("file-size", "bestandsomvang")
        made = self.add("enkelvoudiginformatieobjecten", given)
        made.update(rows.document(made, self.now().isoformat(), made["url"]))
        return made


def etag(row: Any) -> str:
    """The version of a resource: a hash of what it shows, as the standard has it."""
    return f'"{hashlib.md5(json.dumps(row, sort_keys=True).encode(), usedforsecurity=False).hexdigest()}"'
