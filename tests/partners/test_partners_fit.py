"""A partners' file that cannot work is told by the doctor, or refused as a whole, before a partner notices."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from deployments.cli.partner_checks import partner_checks
from domain.errors import PolicyRefusal
from domain.events import PUBLIC
from integrations.ledger import Ledger
from integrations.partners import parse_partners
from tests.partners.conftest import Configure
from tests.partners.receiving import NOW, OUR_SECRET
from tests.partners.weather import nowhere

LONG = {"lang": OUR_SECRET}


def failing(region: Ledger, configured: Configure, text: str, secrets: Mapping[str, str]) -> list[tuple[str, str]]:
    configured(text, secrets)
    return [(check.what, check.found) for check in partner_checks(region, NOW) if check.verdict == "fail"]


def corv(folder: Path, as_whom: str) -> str:
    return f'[[corv]]\nfolder = "{folder}"\nrecords_as = "{as_whom}"\n'


def reporter(source: str, secret: str) -> str:
    return f'[[reporters]]\nsource = "{source}"\nclient_id = "politie"\nsecret = "{secret}"\n'


def test_a_reporter_that_is_not_in_the_region_is_told(region: Ledger, configured: Configure) -> None:
    assert failing(region, configured, reporter("POL-KUST", "lang"), LONG) == []
    told = failing(region, configured, reporter("POL-KAST", "lang"), LONG)
    assert told == [("partner POL-KAST", "organisatie staat niet in de regio")]


@pytest.mark.parametrize(("code", "wrong"), [("VT-202", False), ("WT-201", True), ("VT-999", True)])
def test_receipts_of_corv_are_recorded_by_somebody_of_veilig_thuis(
    region: Ledger, configured: Configure, tmp_path: Path, code: str, wrong: bool
) -> None:
    told = failing(region, configured, corv(tmp_path, code), {})
    assert told == ([("corv", f"{code} kan hier geen verzending vastleggen")] if wrong else [])


NOTIFY = """
[notifynl]
connection = {{ url = "{url}" }}
api_key = "lang"
email_template = "9d751e0e-f929-4891-82a1-a3e1c3c18ee3"
callback_secret = "kort"
"""


@pytest.mark.parametrize("whose", ["melders POL-KUST", "notifynl"])
def test_a_secret_with_which_the_receiver_does_not_start_is_told(
    region: Ledger, configured: Configure, whose: str
) -> None:
    text = reporter("POL-KUST", "kort") if whose.startswith("melders") else NOTIFY.format(url=nowhere())
    [(what, found)] = failing(region, configured, text, LONG | {"kort": "kort"})
    assert (what, found[:15]) == (whose, "KR-GEHEIM-KORT:")


SUBSCRIBER = """
[[subscribers]]
name = "dossier"
connection = { url = "https://dossier.example/" }
secret = "lang"
oin = "00000001234567890000"
"""


def test_an_empty_list_of_kinds_is_not_every_kind() -> None:
    [hears] = [one.hears() for one in parse_partners(SUBSCRIBER).subscribers]
    assert hears == frozenset(PUBLIC)
    with pytest.raises(PolicyRefusal, match="laat 'kinds' weg voor alle"):
        parse_partners(f"{SUBSCRIBER}kinds = []\n")


def test_a_folder_is_read_by_one_reader(tmp_path: Path) -> None:
    reports = '[[reporters]]\nsource = "POL-KUST"\nimports_as = "VT-202"\nfolder = "{0}"\n'
    assert parse_partners(corv(tmp_path, "VT-202") + reports.format(tmp_path / "meldingen")).corv
    (tmp_path / "anders").symlink_to(tmp_path)
    for again in (tmp_path, f"{tmp_path}/", tmp_path / "meldingen" / "..", tmp_path / "anders"):
        with pytest.raises(PolicyRefusal, match="een map staat er twee keer in"):
            parse_partners(corv(tmp_path, "VT-202") + reports.format(again))
