"""What `preflight` tells an operator of a case system that speaks ZGW: it asks, makes nothing, and never raises."""

from typing import Any

import pytest

from integrations.handover import Finding
from integrations.settings import settings
from integrations.zgw.preflight import preflight
from tests.partners.specs import needs_specs
from tests.partners.zgw import ANSWERS, system_at
from tests.partners.zgw_rows import statustype
from tests.partners.zgw_standin import SECRET, Running

CANARY = "PERSOON-KANARIE"


def findings(there: Running, **more: Any) -> list[Finding]:
    return preflight(system_at(there.base, **more))


def wrong(found: list[Finding]) -> list[tuple[str, bool]]:
    assert all(finding.advice for finding in found if not finding.good)
    return [(finding.what, finding.serious) for finding in found if not finding.good]


@needs_specs
def test_a_system_that_is_set_up_well_has_nothing_wrong_and_nothing_is_made(there: Running) -> None:
    agreed = {**ANSWERS, "talk_on": "eigenschap:Datum gesprek"}
    found = findings(there, answers=agreed)
    assert wrong(found) == []
    assert "zaken: antwoordt, versie 1.5.1" in [finding.what for finding in found]
    assert "zaaktype OVERDRACHT is gepubliceerd en vandaag geldig" in [finding.what for finding in found]
    assert {method for method, _, _ in there.judged.exchanges} == {"GET"}
    assert not any(there.state.kept[kind] for kind in ("zaken", "rollen", "statussen", "enkelvoudiginformatieobjecten"))


@needs_specs
@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"zaaktype": "ANDERS"}, "zaaktype ANDERS is er niet, of vandaag niet geldig en gepubliceerd"),
        ({"first_status": "Begonnen"}, "statustypen zonder Begonnen"),
        ({"document_type": "Brief"}, "informatieobjecttype zonder Brief"),
        ({"units": ({"role": "adviseur", "code": "A", "name": "A"},)}, "roltypen zonder adviseur"),
        ({"answers": ANSWERS | {"accepted_status": ("Ja", "Goed")}}, "statustypen zonder Ja en Goed"),
        ({"answers": ANSWERS | {"accepted_result": ("Ja",)}}, "resultaattypen zonder Ja"),
        ({"answers": ANSWERS | {"talk_on": "eigenschap:Gesprek"}}, "eigenschappen zonder Gesprek"),
        ({"peer_version": "1.29.2"}, "Open Zaak 1.29.2 heeft een lek"),
    ],
)
def test_what_is_missing_is_named_by_our_own_name_for_it(there: Running, more: dict[str, Any], told: str) -> None:
    assert (told, True) in wrong(findings(there, **more))


@needs_specs
def test_names_of_theirs_without_a_meaning_are_shown_and_may_be_laid_aside(there: Running) -> None:
    agreed = {**ANSWERS, "accepted_result": (), "withdrawn_status": "Gestaakt"}
    there.state.of_type("statustypen", statustype(there.state.zaaktype, 2, "Gestaakt", False))
    there.state.named("resultaattypen", "Aanvaard")["omschrijving"] = "Aan\x1b[31mvaard"
    told = [
        ("statustypen zonder betekenis: Afgerond", False),
        ("intrekken: de zaak blijft daar open", False),
        ("resultaattypen zonder betekenis: Aan[31mvaard", False),
    ]
    assert wrong(findings(there, answers=agreed)) == told
    silent = {"means_nothing": ("Afgerond", "Aan\x1b[31mvaard")}
    assert wrong(findings(there, answers=agreed | silent)) == [("intrekken: de zaak blijft daar open", False)]


OPEN = ("intrekken: de zaak blijft daar open", False)


@needs_specs
@pytest.mark.parametrize(
    ("agreed", "told"),
    [
        ({"withdrawn_status": None, "withdrawn_result": None}, ("intrekken: niets afgesproken", False)),
        ({"withdrawn_status": None}, OPEN),
        ({"withdrawn_status": "Gestaakt"}, OPEN),
        ({"withdrawn_result": None}, ("intrekken: een eindstatus zonder resultaat", True)),
    ],
)
def test_taking_back_that_would_not_close_the_zaak_is_told(
    there: Running, agreed: dict[str, str | None], told: tuple[str, bool]
) -> None:
    there.state.of_type("statustypen", statustype(there.state.zaaktype, 2, "Gestaakt", False))
    silent = {"means_nothing": ("Gestaakt", "Afgerond", "Ingetrokken", "Aanvaard")}
    assert wrong(findings(there, answers=ANSWERS | silent | agreed)) == [told]


@needs_specs
def test_a_first_status_that_closes_is_told(there: Running) -> None:
    assert wrong(findings(there, first_status="Afgerond", answers=ANSWERS | {"means_nothing": ("Ontvangen",)})) == [
        ("eerste status Afgerond is een eindstatus", True)
    ]


@needs_specs
@pytest.mark.parametrize(
    ("ours", "told"),
    [
        ("http://127.0.0.1:4200", [("link: ons adres bestaat alleen op deze machine", True)]),
        ("http://localhost:4200", [("link: ons adres bestaat alleen op deze machine", True)]),
        ("https://keten.example.org", []),
    ],
)
def test_a_link_that_they_cannot_open_is_told_where_it_is_asked(
    there: Running, ours: str, told: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "ui_url", ours)
    assert wrong(findings(there, link=True)) == told
    assert wrong(findings(there)) == []


@needs_specs
def test_the_rights_that_doctor_names_are_those_the_documents_want(there: Running) -> None:
    (told,) = [finding.what for finding in findings(there) if "schrijfrechten" in finding.what]
    assert "zaken.bijwerken" in told


@needs_specs
@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2.0.0", ("zaken: versie 2.0.0, een andere hoofdversie", True)),
        ("1.4.9", ("zaken: versie 1.4.9 is niet beproefd", False)),
        ("", ("zaken: antwoordt, versie niet te zien", False)),
        ("PERSOON", ("zaken: antwoordt, versie niet te zien", False)),
    ],
)
def test_the_version_of_their_api_is_weighed(there: Running, said: str, told: tuple[str, bool]) -> None:
    there.system.versions["zaken"] = said
    found = wrong(findings(there))
    there.system.versions["zaken"] = "1.5.1"
    assert found == [told]


@needs_specs
def test_a_version_of_the_product_cannot_be_seen_so_it_is_asked(there: Running) -> None:
    assert wrong(findings(there, peer_version="")) == [("Open Zaak: versie van buiten niet te zien", False)]
    assert wrong(findings(there, peer_version="anders")) == []


@needs_specs
def test_rights_that_lack_are_said_for_each_api(there: Running) -> None:
    there.system.forbidden.update(("zaken", "documenten"))
    told = [("zaken: relay-http-403", True), ("documenten: relay-http-403", True)]
    assert wrong(findings(there)) == told


@needs_specs
def test_a_clock_that_differs_is_told(there: Running) -> None:
    there.fresh(ahead=-90.0)
    ((told, serious),) = wrong(findings(there))
    assert (told[:31], told[-8:], serious) == ("klok: die van de partner loopt ", " achter", False) or "achter" in told


@needs_specs
def test_a_short_secret_is_told(there: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.zgw.peer.SHORTEST_KEY", len(SECRET) + 1)
    assert wrong(findings(there)) == [("geheim: korter dan het hoort", False)]


def test_a_secret_that_is_not_set_is_told_by_its_name() -> None:
    settings().secrets.clear()
    (found,) = preflight(system_at("http://127.0.0.1:9/"))
    assert (found.good, found.what) == (False, "geheim: Het geheim zgw-haven is niet ingesteld.")
