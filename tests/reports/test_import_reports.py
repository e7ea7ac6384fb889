"""Importing a file into a real ledger: all of it or nothing, and never twice."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from domain.errors import InputRefusal, Refusal, RoleRefusal, UnknownRefusal
from domain.reports import IncomingReport
from domain.synthetic_region import KUSTLAND
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.tables import Audit, Case, ImportedFile, Person, ProfessionalRow, Report, Step
from integrations.region_file import read_region
from tasks import import_reports as importing
from tasks.generate_reports import generate_reports
from tasks.import_reports import Imported, import_reports
from tasks.load_region import load_region
from tasks.receive_report import Received, receive
from tests.reports.samples import NOW, ROW, csv_of, json_of, json_row

KUSTLAND_FILE = Path(__file__).parents[2] / "deployments" / "demo" / "kustland.toml"
BY = "VT-101"


@pytest.fixture
def region(ledger: Ledger) -> Ledger:
    """A ledger that knows Kustland."""
    load_region(ledger, read_region(KUSTLAND_FILE), datetime(2026, 1, 1, tzinfo=UTC))
    return ledger


def run(ledger: Ledger, folder: Path, *rows: dict[str, str], name: str = "meldingen.csv", by: str = BY) -> Imported:
    (folder / name).write_bytes(csv_of(*rows))
    return import_reports(ledger, folder / name, by, NOW)


def row(number: int, **cells: str) -> dict[str, str]:
    """A report on a household of its own."""
    return ROW | {"meldnummer": f"M-{number}", "gezinsnummer": f"H-{number}", "eigen_zaaknummer": ""} | cells


def content(ledger: Ledger) -> list[str]:
    """Everything in the ledger, as SQL."""
    ledger.dispose()
    with closing(sqlite3.connect(str(ledger.url.database))) as connection:
        return list(connection.iterdump())


def test_every_report_becomes_a_row_and_every_household_a_case(region: Ledger, tmp_path: Path) -> None:
    again = row(3, gezinsnummer="H-1", ontvangen_op="2026-04-23T10:00")
    assert run(region, tmp_path, row(1), row(2), again) == Imported(reports=3, cases=2)
    with region.reading() as session:
        reports = session.exec(select(Report)).all()
        cases = {case.id: case.household for case in session.exec(select(Case))}
        assert {(report.number, cases[report.case_id]) for report in reports} == {
            ("M-1", "H-1"),
            ("M-2", "H-2"),
            ("M-3", "H-1"),
        }
        assert len(session.exec(select(Person)).all()) == 6
        assert session.exec(select(Step).where(Step.kind == "safety_assessment", Step.state == "open")).first()


def test_reports_are_received_in_the_order_they_came_in(region: Ledger, tmp_path: Path) -> None:
    later = row(2, gezinsnummer="H-1", ontvangen_op="2026-04-23T10:00", indeling="")
    run(region, tmp_path, later, row(1, indeling=""))
    with region.reading() as session:
        found = {report.number: report.classification for report in session.exec(select(Report))}
    assert found == {"M-1": "first", "M-2": "follow_up_during_assessment"}


def test_the_trail_names_who_imported_and_how_much(region: Ledger, tmp_path: Path) -> None:
    run(region, tmp_path, row(1), by="vt-101")
    with region.reading() as session:
        (found,) = session.exec(select(Audit).where(Audit.act == "meldingen-ingelezen")).all()
        (file,) = session.exec(select(ImportedFile)).all()
    assert (found.actor, found.role, found.door) == ("VT-101", "vt_worker", "bestand")
    assert found.details == {"reports": 1, "cases": 1, "known": 0}
    assert (file.by, file.rows, file.at) == ("VT-101", 1, NOW)


def test_one_refused_row_keeps_the_whole_file_out(region: Ledger, tmp_path: Path) -> None:
    before = content(region)
    done = run(region, tmp_path, row(1), row(2, kanaal="postduif"), row(3, gemeente="POLDERLAND"))
    assert [(refused.line, refused.code) for refused in done.refused] == [(3, "KR-RIJ-WAARDE"), (4, "KR-RIJ-ONBEKEND")]
    assert (done.reports, done.cases, done.already) == (0, 0, False)
    assert content(region) == before


def test_a_file_that_cannot_be_read_leaves_nothing(region: Ledger, tmp_path: Path) -> None:
    before = content(region)
    (tmp_path / "meldingen.csv").write_bytes(csv_of(row(1)) + b"\xff")
    with pytest.raises(InputRefusal, match="KR-BESTAND-TEKEN"):
        import_reports(region, tmp_path / "meldingen.csv", BY, NOW)
    assert content(region) == before


@pytest.mark.parametrize("name", ["meldingen.csv", "andere-naam.csv"])
def test_the_same_file_imports_once_whatever_its_name(region: Ledger, tmp_path: Path, name: str) -> None:
    run(region, tmp_path, row(1))
    before = content(region)
    assert run(region, tmp_path, row(1), name=name) == Imported(already=True)
    assert content(region) == before


def test_the_same_file_is_known_even_when_its_people_have_left_since(region: Ledger, tmp_path: Path) -> None:
    run(region, tmp_path, row(1, aangenomen_door="VT-201"))
    region_now = read_region(KUSTLAND_FILE)
    left = [person for person in region_now.professionals if person.code != "VT-201" and person.deputy != "VT-201"]
    load_region(region, region_now.model_copy(update={"professionals": tuple(left)}), NOW)
    assert run(region, tmp_path, row(1, aangenomen_door="VT-201")).already


def test_a_report_known_from_another_file_is_skipped_and_counted(region: Ledger, tmp_path: Path) -> None:
    run(region, tmp_path, row(1), row(2))
    moved = row(2, ontvangen_op="2026-04-20T20:05Z")  # the same moment, written otherwise
    assert run(region, tmp_path, moved, row(3), row(1)) == Imported(reports=1, cases=1, known=2)


def test_a_known_report_is_known_from_json_too(region: Ledger, tmp_path: Path) -> None:
    run(region, tmp_path, ROW | {"gezinsleden": "A:volwassene:1985 B:kind:", "wijk": ""})
    (tmp_path / "meldingen.json").write_bytes(json_of(json_row()))
    assert import_reports(region, tmp_path / "meldingen.json", BY, NOW) == Imported(known=1)


def test_a_known_report_with_other_content_is_refused(region: Ledger, tmp_path: Path) -> None:
    run(region, tmp_path, row(1), row(2))
    before = content(region)
    done = run(region, tmp_path, row(3), row(2, huisverbod="ja"), row(4, kanaal=""))
    assert [(refused.line, refused.code) for refused in done.refused] == [
        (3, "KR-MELDING-ANDERS"),
        (4, "KR-RIJ-VERPLICHT"),
    ]
    assert content(region) == before


def test_another_source_with_the_same_number_is_another_report(region: Ledger, tmp_path: Path) -> None:
    run(region, tmp_path, row(1))
    assert run(region, tmp_path, row(1, bron="VT-KUST", huisverbod="ja")) == Imported(reports=1, cases=0)


def test_more_reports_than_one_query_looks_up_are_all_compared(
    region: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    rows = [row(number) for number in range(5)]
    run(region, tmp_path, *rows)
    assert run(region, tmp_path, *rows, row(9)) == Imported(reports=1, cases=1, known=5)


@pytest.mark.parametrize(
    ("by", "error"),
    [("VT-999", UnknownRefusal), ("WT-101", RoleRefusal), ("CM-001", RoleRefusal), ("VT-102", RoleRefusal)],
)
def test_only_an_active_professional_of_veilig_thuis_imports(
    region: Ledger, tmp_path: Path, by: str, error: type[Refusal]
) -> None:
    with region.unit_of_work(now=NOW, actor=Actor(BY, "", "test")) as uow:
        away = uow.session.get(ProfessionalRow, "VT-102")
        assert away is not None
        away.active = False
    with pytest.raises(error):
        run(region, tmp_path, row(1), by=by)


@pytest.mark.parametrize("code", ["WT-101", "CM-001", "VT-999", "vt-101"])
def test_only_a_code_of_veilig_thuis_can_have_accepted_a_report(region: Ledger, tmp_path: Path, code: str) -> None:
    done = run(region, tmp_path, row(1, aangenomen_door=code))
    assert [(refused.code, refused.field) for refused in done.refused] == [("KR-RIJ-ONBEKEND", "aangenomen_door")]


@pytest.mark.parametrize("at", [0, 1, 7])
def test_a_failure_halfway_leaves_nothing(
    region: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    calls = iter(range(100))

    def breaks(uow: UnitOfWork, report: IncomingReport, now: datetime) -> Received:
        if next(calls) == at:
            raise OSError("the disk is gone")
        return receive(uow, report, now)

    before = content(region)
    with monkeypatch.context() as broken:
        broken.setattr(importing, "receive", breaks)
        with pytest.raises(OSError, match="disk"):
            run(region, tmp_path, *(row(number) for number in range(8)))
    assert content(region) == before
    assert run(region, tmp_path, *(row(number) for number in range(8))).reports == 8


def test_a_generated_file_is_imported_whole(region: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "jaar.csv"
    generate_reports(path, KUSTLAND, date(2026, 1, 1), count=30)
    done = import_reports(region, path, BY, NOW)
    assert (done.reports, done.refused) == (30, ())
    assert 20 <= done.cases <= 30
    assert import_reports(region, path, BY, NOW).already
