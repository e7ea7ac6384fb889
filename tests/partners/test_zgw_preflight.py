"""What `preflight` tells an operator of a case system that speaks ZGW: it asks, makes nothing, and never raises."""

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from integrations.handover import Finding
from integrations.http import Unanswered
from integrations.settings import settings
from integrations.verdict import Verdict
from integrations.zgw.answers import read_day
from integrations.zgw.config import ZgwSystem
from integrations.zgw.peer import numbers
from integrations.zgw.preflight import preflight
from integrations.zgw.system import ZgwCases
from tests.partners import weather as w
from tests.partners.specs import needs_specs
from tests.partners.zgw import ANSWERS, OFFER, set_secret, system_at
from tests.partners.zgw_standin import SECRET, Running, running

CANARY = "PERSOON-KANARIE"


@pytest.fixture(scope="module")
def _server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture
def there(_server: Running) -> Iterator[Running]:
    set_secret()
    _server.fresh()
    _server.system.forbidden.clear()
    yield _server
    assert _server.judged.violations == []


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
    agreed = {**ANSWERS, "accepted_result": (), "withdrawn_status": None}
    there.state.named("resultaattypen", "Aanvaard")["omschrijving"] = "Aan\x1b[31mvaard"
    told = [
        ("statustypen zonder betekenis: Afgerond", False),
        ("resultaattypen zonder betekenis: Aan[31mvaard", False),
    ]
    assert wrong(findings(there, answers=agreed)) == told
    silent = {"means_nothing": ("Afgerond", "Aan\x1b[31mvaard")}
    assert wrong(findings(there, answers=agreed | silent)) == []


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


# bad weather there

WEATHER = {
    "401": w.says(401, b'{"detail": "PERSOON-KANARIE"}'),
    "404": w.says(404, b'{"detail": "PERSOON-KANARIE"}'),
    "409": w.says(409),
    "412": w.says(412),
    "429": w.says(429, Retry_After="60"),
    "500": w.says(500, b"PERSOON-KANARIE", "text/plain"),
    "reset": w.reset,
    "half": w.half,
    "silent": w.silent,
    "drips": w.drips_body,
    "a page": w.says(200, b"<html>PERSOON-KANARIE", "text/html"),
    "no JSON": w.says(200, b"PERSOON-KANARIE"),
    "another shape": w.says(200, b'["PERSOON-KANARIE"]'),
    "a list of texts": w.says(200, b'{"results": ["PERSOON-KANARIE"]}'),
    "a list of nothing known": w.says(200, b'{"results": [{"naam": "PERSOON-KANARIE"}]}'),
    "dates that are none": w.says(200, b'{"results": [{"url": "x", "beginGeldigheid": "PERSOON-KANARIE"}]}'),
    "a redirect": w.says(302, Location="https://elsewhere.example/"),
    "busy": w.says(503, Retry_After="60"),
}


def hurried(url: str) -> ZgwSystem:
    places = {
        name: {"url": f"{url}{name}/", "timeout": 0.2, "bound": 0.6} for name in ("zaken", "catalogi", "documenten")
    }
    return system_at(url, **places)


@pytest.mark.parametrize("name", WEATHER)
def test_bad_weather_there_is_a_verdict_here_and_a_finding_of_the_preflight(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    set_secret()
    caplog.set_level(logging.DEBUG)
    with w.weather(WEATHER[name]) as server:
        system = hurried(server.url)
        with ZgwCases(system) as cases:
            told = [_verdict(lambda: cases.offer(OFFER)), _verdict(lambda: cases.read(f"{server.url}zaken/1"))]
            told.append(_verdict(lambda: cases.withdraw(f"{server.url}zaken/1", OFFER)))
        found = preflight(system)
    assert all(verdict in (Verdict.TEMPORARY, Verdict.PERMANENT) and reason for verdict, reason in told)
    assert any(not finding.good and finding.serious for finding in found)
    assert {heard.method for heard in server.heard} == {"GET"}  # nothing is made before the catalogue is read
    logged = [record.getMessage() for record in caplog.records]
    assert not [line for line in [*logged, repr(found), repr(told)] if CANARY in line or SECRET in line]


def _verdict(act: Any) -> tuple[Verdict, str]:
    with pytest.raises(Unanswered) as caught:
        act()
    return caught.value.result.verdict, caught.value.result.reason


# the partners' file


@pytest.mark.parametrize(
    "more",
    [
        {"rsin": "111222334"},
        {"rsin": "12345678"},
        {"documenten": None},
        {"units": ({"role": "initiator", "code": "A", "name": "A"},) * 2},
        {"units": ({"role": "beslisser", "code": "A", "name": "A"},)},
        {"answers": {}},
        {"answers": {"accepted_status": ("Ja",), "withdrawn_status": "Ja"}},
        {"answers": {"accepted_result": ("Ja",), "refused_result": {"Ja": "capacity"}}},
        {"answers": {"accepted_result": ("Ja",), "refused_result": {"Nee": "because"}}},
        {"answers": {"accepted_result": ("Ja",), "talk_on": "gisteren"}},
        {"answers": {"accepted_result": ("Ja",), "takes_risks": "soms"}},
        {"legal_basis": "Wet\r\nX-Header: 1"},
        {"user": "Jan Jansen"},
        {"confidentiality": "PERSOON"},
        {"surplus": 1},
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_file_is_read(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        system_at("http://127.0.0.1:9/", **more)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("20261122", date(2026, 11, 22)),
        ("20261122143000", date(2026, 11, 22)),
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-11-22T14:30:00+01:00", date(2026, 11, 22)),
        ("22-11-2026", None),
        ("20261340", None),
        ("morgen", None),
        ("", None),
    ],
)
def test_a_day_in_a_property_is_read_as_the_catalogue_writes_it(said: str, day: date | None) -> None:
    assert read_day(said) == day


def test_a_version_is_numbers_or_nothing() -> None:
    assert [numbers(said) for said in ("1.29.3", "1.30.0-rc1", "v1", "", "1.2.3.4.5", "1.x", "٣.1")] == [
        (1, 29, 3),
        (1, 30, 0),
        (),
        (),
        (),
        (),
        (),
    ]
