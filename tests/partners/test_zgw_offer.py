"""A hand-over to a case system that speaks ZGW: one zaak, whole, content-free, however often the line is cut."""

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from integrations.handover import Offer
from integrations.http import Unanswered
from integrations.verdict import Verdict
from integrations.zgw.system import ZgwCases
from tests.faults.tier import scaled
from tests.partners.specs import needs_specs
from tests.partners.zgw import OFFER, RSIN, UNITS, set_secret, system_at
from tests.partners.zgw_rows import documenttype, statustype, zaaktype
from tests.partners.zgw_standin import SECRET, Running

pytestmark = needs_specs
FULL = {"zaken": 1, "rollen": 2, "statussen": 1, "zaakinformatieobjecten": 1, "enkelvoudiginformatieobjecten": 1}


def offered(there: Running, offer: Offer = OFFER, **more: Any) -> str:
    with ZgwCases(system_at(there.base, **more)) as cases:
        return cases.offer(offer)


def parts(there: Running, number: str = OFFER.number) -> dict[str, int]:
    """How many of each part there are for this number."""
    kept = there.state.kept
    zaken = [row["url"] for row in kept["zaken"].values() if row["identificatie"] == number]
    documents = [row for row in kept["enkelvoudiginformatieobjecten"].values() if row["identificatie"] == number]
    of_zaak = {
        kind: sum(row["zaak"] in zaken for row in kept[kind].values())
        for kind in ("rollen", "statussen", "zaakinformatieobjecten")
    }
    return {"zaken": len(zaken), **of_zaak, "enkelvoudiginformatieobjecten": len(documents)}


def test_a_hand_over_is_a_zaak_with_its_reference_units_status_and_document(there: Running) -> None:
    address = offered(there)
    zaak = there.state.at("zaken", address, "")
    assert parts(there) == FULL
    assert zaak["kenmerken"] == [{"kenmerk": "VT-2026-000123", "bron": "VT-regie"}]
    assert (zaak["bronorganisatie"], zaak["startdatum"], zaak["vertrouwelijkheidaanduiding"]) == (
        RSIN,
        "2026-11-20",
        "zaakvertrouwelijk",
    )
    units = {
        (row["omschrijvingGeneriek"], row["betrokkeneIdentificatie"]["identificatie"]) for row in _rows(there, "rollen")
    }
    assert units == {("initiator", "VT-KUST"), ("behandelaar", "LT-HAVEN")}
    status = there.state.at("statussen", zaak["status"], "")
    assert status["statustype"] == there.state.named("statustypen", "Ontvangen")["url"]


def _rows(there: Running, kind: str) -> list[dict[str, Any]]:
    return list(there.state.kept[kind].values())


def test_the_words_of_a_hand_over_are_fixed_and_hold_no_content(there: Running) -> None:
    zaak = there.state.at("zaken", offered(there), "")
    (document,) = _rows(there, "enkelvoudiginformatieobjecten")
    said = [line.strip() for line in zaak["toelichting"].splitlines()]
    assert (zaak["omschrijving"], document["titel"]) == ("Overdracht VT-2026-000123",) * 2
    assert said == [
        "Veilig Thuis biedt een overdracht aan onder nummer VT-2026-000123.",
        "Graag uw antwoord uiterlijk vr 27-11-2026.",
        "Aanvaarden of weigeren kan in uw eigen systeem.",
        "De inhoud bespreekt Veilig Thuis met u in het overdrachtsgesprek.",
    ]
    assert document["indicatieGebruiksrecht"] is False  # otherwise they could never close their zaak


def test_the_document_holds_what_its_size_says(there: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    make = there.state.make

    def keep(kind: str, given: dict[str, Any]) -> dict[str, Any]:
        sent.append(given)
        return make(kind, given)

    monkeypatch.setattr(there.state, "make", keep)
    zaak = there.state.at("zaken", offered(there), "")
    (document,) = [given for given in sent if "inhoud" in given]
    assert base64.b64decode(document["inhoud"]).decode() == zaak["toelichting"]


def test_the_audit_trail_there_hears_an_organisation_and_a_ground(there: Running) -> None:
    offered(there)
    assert {claims["user_representation"] for claims in there.system.claims} == {"veilig-thuis"}
    assert {claims["user_id"] for claims in there.system.claims} == {"veilig-thuis"}
    grounds = {headers.get("x-audit-toelichting") for headers in there.system.headers}
    assert grounds == {None, "Warme overdracht door Veilig Thuis (Wmo 2015 art. 4.1.1 en 5.1.6)"}
    crs = [headers.get("accept-crs") for headers in there.system.headers if headers.get("content-crs")]
    assert crs == ["EPSG:4326"]


def test_their_own_number_goes_along_where_we_know_it(there: Running) -> None:
    address = offered(there, replace(OFFER, own_number="Z-2026-77"), own_number_source="Wijkteam Haven")
    marks = there.state.at("zaken", address, "")["kenmerken"]
    assert {"kenmerk": "Z-2026-77", "bron": "Wijkteam Haven"} in marks


def test_the_same_offer_twice_is_one_zaak(there: Running) -> None:
    assert offered(there) == offered(there)
    assert parts(there) == FULL


def test_a_second_offer_of_the_same_case_is_another_zaak(there: Running) -> None:
    first, second = offered(there), offered(there, replace(OFFER, number="VTR-2026-000123-2"))
    assert first != second
    assert parts(there, "VTR-2026-000123-2") == FULL


def test_a_partner_without_documents_and_units_gets_a_zaak_and_a_status(there: Running) -> None:
    offered(there, documenten=None, document_type=None, units=())
    assert parts(there) == {kind: int(kind in ("zaken", "statussen")) for kind in FULL}


def test_find_tells_what_was_made_before(there: Running) -> None:
    with ZgwCases(system_at(there.base)) as cases:
        assert cases.find(OFFER.number) == ""
        assert cases.offer(OFFER) == cases.find(OFFER.number)
        assert cases.find("VTR-2026-000123") == ""


def exchanges(there: Running) -> int:
    """How many exchanges a whole hand-over takes."""
    before = there.cutting.count
    offered(there, replace(OFFER, number="count"))
    return there.cutting.count - before


def test_a_hand_over_cut_anywhere_is_completed_by_offering_again(
    there: Running, record_property: Callable[[str, object], None]
) -> None:
    whole, cuts = exchanges(there), 0
    assert whole > 10
    for at in range(1, whole + 1):
        for heard in [True, False][: scaled(1, 2)] if at % 2 else [False, True][: scaled(1, 2)]:
            offer = replace(OFFER, number=f"cut-{at}-{heard}")
            _cut(there, offer, at, heard)
            offered(there, offer)
            assert parts(there, offer.number) == FULL, f"cut at {at}, heard: {heard}"
            cuts += 1
    record_property("said", f"{cuts} hand-overs cut at {whole} places, each completed and none doubled")


def _cut(there: Running, offer: Offer, at: int, heard: bool) -> None:
    there.cutting.at, there.cutting.heard = there.cutting.count + at, heard
    with pytest.raises(Unanswered) as caught:
        offered(there, offer)
    method = there.cutting.seen[there.cutting.at - 1].partition(" ")[0]
    there.cutting.at = 0
    verdict = Verdict.TEMPORARY if method == "GET" else Verdict.INDEFINITE
    assert (caught.value.result.verdict, caught.value.result.reason) == (verdict, "verbroken")


def test_a_number_that_stands_for_another_kind_of_zaak_is_left_alone(there: Running) -> None:
    other = there.state.add("zaaktypen", zaaktype(there.state.zaaktype["catalogus"], "PARKEREN"))
    given = {"identificatie": OFFER.number, "bronorganisatie": RSIN, "verantwoordelijkeOrganisatie": RSIN}
    there.state.make("zaken", {**given, "zaaktype": other["url"], "startdatum": "2026-01-01"})
    with pytest.raises(Unanswered) as caught:
        offered(there)
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.PERMANENT, "nummer-bezet")
    assert parts(there) == {**dict.fromkeys(FULL, 0), "zaken": 1}


def test_a_zaak_that_they_closed_gets_nothing_more(there: Running) -> None:
    address = offered(there)
    there.state.set_result(address, "Aanvaard")
    there.state.set_status(address, "Afgerond")
    assert offered(there, units=(*UNITS[:1], {"role": "behandelaar", "code": "LT-ANDERS", "name": "Anders"})) == address
    assert parts(there) == FULL | {"statussen": 2}


def test_the_version_of_the_zaaktype_that_is_valid_today_is_used(there: Running) -> None:
    old = there.state.zaaktype
    old["eindeGeldigheid"] = "2021-01-01"
    new = there.state.add(
        "zaaktypen", zaaktype(old["catalogus"], "OVERDRACHT", beginGeldigheid="2021-01-01", roltypen=[])
    )
    there.state.zaaktype = new
    first = there.state.of_type("statustypen", statustype(new, 1, "Ontvangen", False))
    concept = there.state.add("zaaktypen", zaaktype(old["catalogus"], "OVERDRACHT", concept=True))
    address = offered(there, units=(), documenten=None, document_type=None)
    zaak = there.state.at("zaken", address, "")
    assert zaak["zaaktype"] == new["url"] != concept["url"]
    assert there.state.at("statussen", zaak["status"], "")["statustype"] == first["url"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"zaaktype": "ANDERS"}, "relay-zaaktype"),
        ({"first_status": "Begonnen"}, "relay-statustype"),
        ({"document_type": "Brief"}, "relay-informatieobjecttype"),
        ({"units": ({"role": "adviseur", "code": "A", "name": "A"},)}, "relay-roltype"),
    ],
)
def test_what_their_catalogue_lacks_makes_the_work_wait_for_an_operator(
    there: Running, more: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unanswered) as caught:
        offered(there, **more)
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.TEMPORARY, reason)
    assert caught.value.result.route_down


def test_a_document_type_of_another_zaaktype_is_not_used(there: Running) -> None:
    catalogue = there.state.zaaktype["catalogus"]
    there.state.add("informatieobjecttypen", documenttype(catalogue, "Brief", []))
    with pytest.raises(Unanswered, match="relay-informatieobjecttype"):
        offered(there, document_type="Brief")


def test_a_refusal_leaves_no_words_and_no_secret_anywhere(there: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    there.system.forbidden.add("zaken")
    with pytest.raises(Unanswered) as caught:
        offered(there)
    said = f"{caught.value!r} {caught.value.codes} {json.dumps([record.getMessage() for record in caplog.records])}"
    assert caught.value.result.reason == "relay-http-403"
    for canary in ("PERSOON", SECRET, OFFER.link, OFFER.case_reference, there.base):
        assert canary not in said


def test_no_patience_begins_no_new_exchange_and_the_next_try_completes_it(
    there: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 10_000, 40))
    monkeypatch.setattr("integrations.patience.monotonic", lambda: float(next(ticks)))
    with pytest.raises(Unanswered) as caught:
        offered(there)
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.TEMPORARY, "grens-verstreken")
    monkeypatch.undo()
    set_secret()
    offered(there)
    assert parts(there) == FULL
