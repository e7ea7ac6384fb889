"""`ketenregie doctor` asks every system of a partner, and says what an operator must mend."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from deployments.cli import checks, partner_checks
from domain.errors import WrongUse
from integrations.handover import Finding
from integrations.ledger import Ledger
from integrations.partners import Partners
from tasks.examine_ledger import Check
from tests.partners.conftest import Configure
from tests.partners.receiving import forget
from tests.partners.specs import needs_specs
from tests.partners.weather import nowhere
from tests.partners.zgw_standin import CLIENT, SECRET, running
from tests.region import moment

NOW = moment("2026-05-01T10:00")
SECRETS = {"zgw": SECRET}


def section(base: str, *, organisation: str = "CJG-MEERDORP", answers_as: str = "WT-201") -> str:
    return f"""
[[zgw]]
organisation = "{organisation}"
zaken = {{ url = "{base}zaken/api/v1/", timeout = 20, bound = 60 }}
catalogi = {{ url = "{base}catalogi/api/v1/", timeout = 20, bound = 60 }}
client_id = "{CLIENT}"
secret = "zgw"
answers_as = "{answers_as}"
rsin = "111222333"
responsible = "111222333"
zaaktype = "OVERDRACHT"

[zgw.answers]
accepted_status = ["In behandeling"]
refused_result = {{ "Geen capaciteit" = "capacity" }}
means_nothing = ["Afgerond", "Aanvaard", "Ingetrokken"]
"""


def told(region: Ledger) -> dict[str, list[tuple[str, str]]]:
    """what → (verdict, found), of every check of partners; what is wrong names a next step."""
    found: dict[str, list[tuple[str, str]]] = {}
    for check in partner_checks.partner_checks(region, NOW):
        assert check.verdict == "ok" or check.next_step
        found.setdefault(check.what, []).append((check.verdict, check.found))
    return found


def test_without_a_partners_file_there_is_nothing_to_look_at(region: Ledger) -> None:
    assert told(region) == {"partners": [("ok", "geen systemen van partners ingesteld")]}


@needs_specs
def test_the_findings_of_a_system_stand_among_the_checks(
    region: Ledger, configured: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as there:
        configured(section(there.base), SECRETS)
        found = told(region)
    assert found["partnerbestand"] == [("ok", "leesbaar")]
    assert ("ok", "zaken: antwoordt, versie 1.5.1") in found["zgw CJG-MEERDORP"]
    assert ("fail", "resultaattypen zonder Geen inwoner") not in found["zgw CJG-MEERDORP"]
    warned = [what for verdict, what in found["zgw CJG-MEERDORP"] if verdict != "ok"]
    assert warned == [
        "intrekken: niets afgesproken",
        "resultaattypen zonder betekenis: Geen inwoner",
        "Open Zaak: versie van buiten niet te zien",
    ]
    assert there.judged.violations == []


def test_a_system_that_is_not_there_fails(region: Ledger, configured: Configure) -> None:
    configured(section(nowhere()), SECRETS)
    verdicts = told(region)["zgw CJG-MEERDORP"]
    assert ("fail", "zaken: geen-verbinding") in verdicts
    assert ("fail", "catalogi: geen-verbinding") in verdicts


@pytest.mark.parametrize("secrets", [{}, {"zgw": ""}, {"other": "x"}])
def test_a_secret_that_is_not_set_fails_with_its_code_and_nothing_is_asked(
    region: Ledger, configured: Configure, secrets: Mapping[str, str]
) -> None:
    configured(section(nowhere()), secrets)
    missing = ("fail", "KR-GEHEIM: Het geheim zgw is niet ingesteld.")
    assert told(region)["zgw CJG-MEERDORP"] == [missing]


def test_a_partners_file_that_cannot_be_read_fails(
    region: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KETENREGIE_PARTNERS", str(tmp_path / "absent.toml"))
    forget()
    assert told(region) == {"partnerbestand": [("fail", "KR-BESTAND: Het bestand is niet te lezen.")]}


@pytest.mark.parametrize("text", ["[[zgw", "[[zgw]]\norganisation = 'PERSOON-KANARIE!'", "surplus = 'PERSOON-KANARIE'"])
def test_a_partners_file_that_is_wrong_fails_without_repeating_it(
    region: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "partners.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("KETENREGIE_PARTNERS", str(path))
    forget()
    ((verdict, found),) = told(region)["partnerbestand"]
    assert (verdict, found[:12], "KANARIE" in found) == ("fail", "KR-PARTNERS:", False)


@pytest.mark.parametrize(
    ("organisation", "answers_as", "found"),
    [
        ("CJG-NERGENS", "WT-201", "organisatie staat niet in de regio"),
        ("CJG-MEERDORP", "WT-999", "WT-999 kan hier geen overdracht beantwoorden"),
        ("CJG-MEERDORP", "VT-101", "VT-101 kan hier geen overdracht beantwoorden"),
    ],
)
def test_a_code_that_is_not_of_the_region_fails(
    region: Ledger, configured: Configure, organisation: str, answers_as: str, found: str
) -> None:
    configured(section(nowhere(), organisation=organisation, answers_as=answers_as), SECRETS)
    assert told(region)[f"partner {organisation}"] == [("fail", found)]


def test_a_reporter_is_looked_at_too(region: Ledger, configured: Configure, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    reporter = f"""
[[reporters]]
source = "POL-KUST"
folder = "{folder}"
imports_as = "WT-201"
"""
    configured(reporter, {})
    assert told(region)["partner POL-KUST"] == [("fail", "WT-201 kan hier geen meldingen inlezen")]
    assert told(region)["melders POL-KUST"] == [("fail", "melder POL-KUST: de map")]
    folder.mkdir()
    configured(reporter.replace("WT-201", "VT-101"), {})
    found = told(region)
    assert (found["melders POL-KUST"], "partner POL-KUST" in found) == ([("ok", "melder POL-KUST: de map")], False)


def test_every_section_of_the_file_is_looked_at() -> None:
    """Each field of the partners' file shows in doctor, by a preflight or at least by its secrets."""

    class Every:
        def __getattr__(self, name: str) -> object:
            looked.add(name)
            return () if name != "notifynl" else None

    looked: set[str] = set()
    assert list(partner_checks.sections(Every())) == []  # type: ignore[arg-type]
    assert looked == set(Partners.model_fields)


def test_a_preflight_that_fails_is_a_check_like_any_other(
    region: Ledger, configured: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: object) -> list[Finding]:
        raise WrongUse("KR-GEHEIM", name="zgw")

    monkeypatch.setattr(partner_checks, "of_zgw", breaks)
    configured(section(nowhere()), SECRETS)
    assert [verdict for verdict, _ in told(region)["zgw CJG-MEERDORP"]] == ["fail"]


def test_doctor_holds_the_checks_of_partners(region: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_outside", lambda *_: iter(()))
    monkeypatch.setattr(checks, "partner_checks", lambda *_: [Check("zgw X", "fail", "weg", "kijk")])
    found = checks.all_checks(region, moment("2026-06-02T10:00"))
    assert found[-1].what == "zgw X"
