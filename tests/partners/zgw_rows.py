"""The resources of a ZGW stand-in as the published documents want them: what a test says, the rest filled in."""

from typing import Any

Row = dict[str, Any]
VALID = {"beginGeldigheid": "2020-01-01", "eindeGeldigheid": None, "beginObject": "2020-01-01", "eindeObject": None}
BEGUN = {"beginObject": "2020-01-01", "eindeObject": "2099-01-01"}
CONFIDENTIAL = "zaakvertrouwelijk"


def zaaktype(catalogue: str, identificatie: str, **more: Any) -> Row:
    return {
        "identificatie": identificatie,
        "omschrijving": "Overdracht Veilig Thuis",
        "omschrijvingGeneriek": "",
        "vertrouwelijkheidaanduiding": CONFIDENTIAL,
        "doel": "Overdragen",
        "aanleiding": "Melding",
        "indicatieInternOfExtern": "extern",
        "handelingInitiator": "aanbieden",
        "onderwerp": "Overdracht",
        "handelingBehandelaar": "beoordelen",
        "doorlooptijd": "P30D",
        "servicenorm": None,
        "opschortingEnAanhoudingMogelijk": False,
        "verlengingMogelijk": False,
        "verlengingstermijn": None,
        "publicatieIndicatie": False,
        "productenOfDiensten": [],
        "referentieproces": {"naam": "Overdracht", "link": ""},
        "verantwoordelijke": "Gemeente",
        "versiedatum": "2020-01-01",
        "catalogus": catalogue,
        "besluittypen": [],
        "gerelateerdeZaaktypen": [],
        "deelzaaktypen": [],
        "zaakobjecttypen": [],
        "statustypen": [],
        "resultaattypen": [],
        "eigenschappen": [],
        "informatieobjecttypen": [],
        "roltypen": [],
        "concept": False,
        **BEGUN,
        **{"beginGeldigheid": "2020-01-01", "eindeGeldigheid": None},
        **more,
    }


def part(zaaktype: Row, **more: Any) -> Row:
    """What every part of a zaaktype has."""
    return {
        "zaaktype": zaaktype["url"],
        "zaaktypeIdentificatie": zaaktype["identificatie"],
        "catalogus": zaaktype["catalogus"],
        **BEGUN,
        **more,
    }


def statustype(zaaktype: Row, number: int, omschrijving: str, last: bool) -> Row:
    own = {"omschrijving": omschrijving, "volgnummer": number, "isEindstatus": last, "informeren": False}
    return part(zaaktype, **own, eigenschappen=[], zaakobjecttypen=[])


def resultaattype(zaaktype: Row, omschrijving: str) -> Row:
    return part(
        zaaktype,
        omschrijving=omschrijving,
        omschrijvingGeneriek="Afgehandeld",
        resultaattypeomschrijving="https://selectielijst.example/omschrijvingen/1",
        selectielijstklasse="https://selectielijst.example/resultaten/1",
        besluittypeOmschrijving=[],
        informatieobjecttypeOmschrijving=[],
    )


def eigenschap(zaaktype: Row, naam: str) -> Row:
    form = {"groep": "", "formaat": "tekst", "lengte": "20", "kardinaliteit": "1", "waardenverzameling": []}
    return part(zaaktype, naam=naam, definitie=naam, specificatie=form, toelichting="")


def documenttype(catalogue: str, omschrijving: str, zaaktypen: list[str]) -> Row:
    return {
        "catalogus": catalogue,
        "omschrijving": omschrijving,
        "vertrouwelijkheidaanduiding": CONFIDENTIAL,
        "concept": False,
        "besluittypen": [],
        "zaaktypen": zaaktypen,
        "informatieobjectcategorie": "bericht",
        **BEGUN,
        **{"beginGeldigheid": "2020-01-01", "eindeGeldigheid": None},
    }


def zaak(given: Row, now: str) -> Row:
    return {
        "omschrijving": "",
        "toelichting": "",
        "registratiedatum": now[:10],
        "einddatum": None,
        "laatstGemuteerd": now,
        "betalingsindicatieWeergave": "",
        "vertrouwelijkheidaanduiding": CONFIDENTIAL,
        "deelzaken": [],
        "eigenschappen": [],
        "rollen": [],
        "status": None,
        "zaakinformatieobjecten": [],
        "zaakobjecten": [],
        "kenmerken": [],
        "resultaat": None,
        **given,
    }


def rol(given: Row, now: str, kind: Row) -> Row:
    own = {"omschrijving": kind["omschrijving"], "omschrijvingGeneriek": kind["omschrijvingGeneriek"], "statussen": []}
    return {"registratiedatum": now, "roltoelichting": "", "betrokkene": "", **own, **given}


def status(given: Row) -> Row:
    return {"statustoelichting": "", "indicatieLaatstGezetteStatus": True, "zaakinformatieobjecten": [], **given}


def link(given: Row, now: str) -> Row:
    return {"aardRelatieWeergave": "Hoort bij, omgekeerd: kent", "registratiedatum": now, "titel": "", **given}


def document(given: Row, now: str, address: str) -> Row:
    own = {"versie": 1, "beginRegistratie": now, "locked": False, "bestandsdelen": []}
    return {"indicatieGebruiksrecht": None, **given, **own, "inhoud": f"{address}/download"}
