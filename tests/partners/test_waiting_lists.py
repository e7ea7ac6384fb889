"""Waiting lists of partners: from a file and over HTTP, with corrections, and as a report tells them."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import InputRefusal, RoleRefusal
from domain.waiting_lists import lists_told
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import PartnerFigure
from integrations.ledger.policy import policy_of
from integrations.partner_figures.preflight import preflight
from integrations.partners import partners
from tasks.fetch_waiting_lists import fetch_waiting_lists
from tasks.import_waiting_lists import WaitingImported, import_waiting_lists
from tasks.read_waiting_lists import read_waiting_lists
from tests.partners.conftest import Configure
from tests.partners.server import served
from tests.region import moment

HEAD = "organisatie;soort;dag;aantal;mediaan_dagen"
NOW = moment("2026-05-20T10:00")
SECRET = "een-geheim-van-de-zorg"


def imported(region: Ledger, folder: Path, *rows: str, by: str = "KR-001", head: str = HEAD) -> WaitingImported:
    path = folder / "wachtlijst.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return import_waiting_lists(region, path, by, NOW)


def lines(region: Ledger, until: str = "2026-06-01", known: str = "2026-06-01") -> list[tuple[Any, ...]]:
    with region.reading() as session:
        found = read_waiting_lists(session, date.fromisoformat(until), moment(known))
    return [(line.organisation, line.kind, line.day.isoformat(), line.waiting, line.before) for line in found]


def test_a_file_gives_the_last_figure_of_each_list_and_the_one_before_it(region: Ledger, tmp_path: Path) -> None:
    rows = (
        "ZORG-KUST;verslaving;2026-04-01;40;61",
        "ZORG-KUST;verslaving;2026-05-01;52;",
        "CJG-MEERDORP;jeugd;2026-05-04;7;20",
    )
    done = imported(region, tmp_path, *rows)
    assert (done.taken.new, done.taken.corrected, done.taken.known) == (3, 0, 0)
    both = [("CJG-MEERDORP", "jeugd", "2026-05-04", 7, None), ("ZORG-KUST", "verslaving", "2026-05-01", 52, 40)]
    assert lines(region) == both
    assert lines(region, until="2026-05-01") == [("ZORG-KUST", "verslaving", "2026-04-01", 40, None)]
    assert imported(region, tmp_path, *rows).already


def test_a_correction_counts_from_when_it_came_and_the_earlier_figure_is_kept(region: Ledger, tmp_path: Path) -> None:
    imported(region, tmp_path, "ZORG-KUST;verslaving;2026-05-01;52;61")
    path = tmp_path / "later.csv"
    path.write_text(f"{HEAD}\nZORG-KUST;verslaving;2026-05-01;25;61\n", encoding="utf-8")
    done = import_waiting_lists(region, path, "KR-001", moment("2026-05-25T09:00"))
    assert done.taken.corrected == 1
    assert lines(region)[0][3] == 25
    assert lines(region, known="2026-05-24")[0][3] == 52


def test_a_figure_that_is_corrected_back_is_a_correction_also_from_the_same_file(
    region: Ledger, tmp_path: Path
) -> None:
    for waiting, corrected in ((50, 0), (52, 1), (50, 1)):
        done = imported(region, tmp_path, f"ZORG-KUST;verslaving;2026-05-01;{waiting};61")
        assert (done.taken.corrected, done.already) == (corrected, False)
    assert lines(region)[0][3] == 50
    assert imported(region, tmp_path, "ZORG-KUST;verslaving;2026-05-01;50;61").already


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("BESTAAT-NIET;verslaving;2026-05-01;5;", "KR-RIJ-ONBEKEND", "organisatie"),
        ("ZORG-KUST;Kind C Woont Hier;2026-05-01;5;", "KR-WACHTLIJST-WAARDE", "soort"),
        ("ZORG-KUST;verslaving;1-5-2026;5;", "KR-WACHTLIJST-WAARDE", "dag"),
        ("ZORG-KUST;verslaving;2026-05-21;5;", "KR-WACHTLIJST-WAARDE", "dag"),
        ("ZORG-KUST;verslaving;2026-05-01;-5;", "KR-WACHTLIJST-WAARDE", "aantal"),
        ("ZORG-KUST;verslaving;2026-05-01;5,5;", "KR-WACHTLIJST-WAARDE", "aantal"),
        ("ZORG-KUST;verslaving;2026-05-01;;", "KR-WACHTLIJST-WAARDE", "aantal"),
        ("ZORG-KUST;verslaving;2026-05-01;5;9999", "KR-WACHTLIJST-WAARDE", "mediaan_dagen"),
        ("ZORG-KUST;verslaving;2026-05-01;5", "KR-RIJ-CELLEN", ""),
    ],
)
def test_a_wrong_row_is_refused_with_its_column_and_nothing_is_recorded(
    region: Ledger, tmp_path: Path, row: str, code: str, field: str
) -> None:
    done = imported(region, tmp_path, "ZORG-KUST;ggz;2026-05-01;5;", row)
    assert [(found.line, found.code, found.field) for found in done.refused] == [(3, code, field)]
    assert "Kind C" not in done.refused[0].reason
    with region.reading() as session:
        assert session.exec(select(PartnerFigure)).all() == []


def test_a_file_with_other_columns_a_double_row_or_a_reader_without_the_role_is_refused(
    region: Ledger, tmp_path: Path
) -> None:
    with pytest.raises(InputRefusal, match="KR-BESTAND-KOLOMMEN"):
        imported(region, tmp_path, "ZORG-KUST;5", head="organisatie;aantal")
    row = "ZORG-KUST;ggz;2026-05-01;5;"
    assert [found.code for found in imported(region, tmp_path, row, row).refused] == ["KR-WACHTLIJST-DUBBEL"]
    with pytest.raises(RoleRefusal):
        imported(region, tmp_path, row, by="WT-202")


def test_in_public_small_numbers_are_hidden_and_the_others_rounded(region: Ledger, tmp_path: Path) -> None:
    imported(region, tmp_path, "ZORG-KUST;verslaving;2026-05-01;52;61", "ZORG-KUST;ggz;2026-05-01;7;20")
    with region.reading() as session:
        found = read_waiting_lists(session, date(2026, 6, 1), moment("2026-06-01"))
        privacy = policy_of(session).privacy
    shown = [(line.kind, line.waiting, line.median_days) for line in lists_told(found, privacy)]
    assert shown == [("ggz", None, None), ("verslaving", 50, 61)]
    assert lists_told(found, None) == found


class Partner:
    """A partner's server: what it answers next, and what it was asked."""

    def __init__(self) -> None:
        self.answer: Response = JSONResponse({})
        self.tokens: list[str] = []
        self.app = Starlette(routes=[Route("/wachtlijsten/", self._asked)])

    def _asked(self, request: Request) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        return self.answer

    def gives(self, *lists: Mapping[str, object]) -> None:
        self.answer = JSONResponse({"wachtlijsten": list(lists)})


@pytest.fixture
def partner(configured: Configure) -> Iterator[Partner]:
    playing = Partner()
    with served(playing.app) as url:
        section = f'[[figures]]\norganisation = "ZORG-KUST"\nsecret = "zorg"\nconnection.url = "{url}wachtlijsten/"\n'
        configured(section, {"zorg": SECRET})
        yield playing


def test_a_partner_is_asked_with_its_token_and_only_for_figures_of_itself(region: Ledger, partner: Partner) -> None:
    good = {"soort": "verslaving", "dag": "2026-05-01", "aantal": 52, "mediaan_dagen": None}
    strange = {**good, "soort": "ggz", "organisatie": "CJG-MEERDORP"}, {"soort": 5}, {**good, "aantal": 60}
    partner.gives(good, *strange)
    assert fetch_waiting_lists(region, NOW) == "wachtlijsten: ZORG-KUST 1 nieuw, 0 verbeterd, 3 geweigerd"
    assert fetch_waiting_lists(region, NOW) == "wachtlijsten: ZORG-KUST 0 nieuw, 0 verbeterd, 3 geweigerd"
    assert set(partner.tokens) == {f"Bearer {SECRET}"}
    assert lines(region) == [("ZORG-KUST", "verslaving", "2026-05-01", 52, None)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (PlainTextResponse("Kind C Woont Hier", 200), "onleesbaar"),
        (JSONResponse({"wachtlijsten": "Kind C"}), "onleesbaar"),
        (JSONResponse({"detail": "Kind C"}, 403), "relay-http-403"),
        (JSONResponse({"detail": "Kind C"}, 429, {"Retry-After": "600"}), "http-429"),
        (Response(status_code=302, headers={"Location": "http://127.0.0.1:1/"}), "omgeleid"),
    ],
)
def test_a_partner_that_does_not_answer_well_costs_nothing_and_is_said_in_a_code(
    region: Ledger, partner: Partner, answer: Response, reason: str
) -> None:
    partner.answer = answer
    assert fetch_waiting_lists(region, NOW) == f"wachtlijsten: ZORG-KUST {reason}"
    assert lines(region) == []


def test_the_preflight_says_whether_a_partner_can_be_read(partner: Partner) -> None:
    [source] = partners().figures
    partner.gives({"soort": "ggz", "dag": "2026-05-01", "aantal": 3})
    assert [(found.what, found.good) for found in preflight(source)] == [("wachtlijsten van ZORG-KUST: 1", True)]
    partner.answer = Response(status_code=400)
    assert [found.advice for found in preflight(source)] == ["Geen bruikbaar antwoord: http-400."]


def test_a_key_that_no_header_holds_is_said_and_stops_no_other_partner(
    region: Ledger, partner: Partner, configured: Configure
) -> None:
    url = partners().figures[0].connection.url
    one = '[[figures]]\norganisation = "{}"\nsecret = "{}"\nconnection.url = "{}"\n'
    both = one.format("AB-KUST", "slecht", url) + one.format("ZORG-KUST", "zorg", url)
    configured(both, {"slecht": "geheim\u20ac", "zorg": SECRET})
    partner.gives()
    said = fetch_waiting_lists(region, NOW)
    assert said == "wachtlijsten: AB-KUST relay-kop-ongeldig, ZORG-KUST 0 nieuw, 0 verbeterd"
    assert [finding.good for finding in preflight(partners().figures[0])] == [False]


def test_without_the_secret_the_round_and_the_preflight_say_so(region: Ledger, configured: Configure) -> None:
    configured('[[figures]]\norganisation = "ZORG-KUST"\nsecret = "zorg"\nconnection.url = "http://127.0.0.1:9/"\n', {})
    assert fetch_waiting_lists(region, NOW) == "wachtlijsten: ZORG-KUST KR-GEHEIM"
    assert [found.good for found in preflight(partners().figures[0])] == [False]
