"""A folder of reports: each file whole or not at all, of its own source, once, and put away with what became of it."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from domain.errors import PolicyRefusal
from integrations.drop_folder import DONE, REFUSED
from integrations.ledger import Ledger
from integrations.ledger.tables import Audit, Message, Report, Step
from integrations.reporters.config import ReporterSystem
from integrations.reporters.preflight import preflight
from tasks.acknowledge import acknowledge
from tasks.import_dropped_reports import import_dropped_reports
from tasks.import_reports import Imported, import_reports
from tasks.sweep_deadlines import sweep_deadlines
from tests.partners.conftest import Configure
from tests.region import moment
from tests.reports.samples import DROPPED, csv_of, json_of, json_row, xml_of

NOW = moment("2026-05-01T10:00")

NONE: dict[str, object] = {name: None for name, value in DROPPED.items() if not value}
CANARY = "Kwetterveen"


class Folder:
    """The folder, and the round that reads it."""

    def __init__(self, ledger: Ledger, place: Path, configure: Configure) -> None:
        self.ledger, self.place, self._configure = ledger, place, configure
        self.configured()

    def configured(self, by: str = "vt-201", source: str = "POL-KUST") -> ReporterSystem:
        text = f'[[reporters]]\nsource = "{source}"\nfolder = "{self.place}"\nquiet = 0\nimports_as = "{by}"\n'
        return self._configure(text, {}).reporters[0]

    def drop(self, name: str, data: bytes) -> str:
        (self.place / name).write_bytes(data)
        return self.round()

    def round(self) -> str:
        return import_dropped_reports(self.ledger, NOW)

    def names(self, where: str = "") -> list[str]:
        return sorted(path.name for path in (self.place / where).glob("*") if path.is_file())

    def told(self) -> list[tuple[str, str]]:
        """What was said so far of alarms and notices, and to whom."""
        with self.ledger.reading() as session:
            said = select(Message.rung, Message.party).where(col(Message.rung).in_(("ACUTE", "NOTICE")))
            return sorted(session.exec(said))

    def numbers(self) -> list[str]:
        with self.ledger.reading() as session:
            return sorted(session.exec(select(Report.number)))


@pytest.fixture
def folder(region: Ledger, configured: Configure, tmp_path: Path) -> Folder:
    place = tmp_path / "politie"
    place.mkdir()
    return Folder(region, place, configured)


def test_each_format_comes_in_under_the_code_that_was_agreed(folder: Folder) -> None:
    said = folder.drop("a.csv", csv_of(DROPPED | {"meldnummer": "P-1"}, DROPPED | {"meldnummer": "P-2"}))
    assert said == "meldingen uit mappen: 2 nieuw"
    assert folder.drop("b.JSON", json_of(json_row(meldnummer="P-3", **NONE))).endswith("1 nieuw")
    assert folder.drop("c.xml", xml_of(DROPPED | {"meldnummer": "P-4"})).endswith("1 nieuw")
    assert folder.numbers() == ["P-1", "P-2", "P-3", "P-4"]
    assert (folder.names(), folder.names(DONE)) == ([], ["a.csv", "b.JSON", "c.xml"])
    assert folder.round() == ""
    with folder.ledger.reading() as session:
        acts = session.exec(select(Audit).where(Audit.act == "meldingen-ingelezen")).all()
        assert {(act.actor, act.role, act.door) for act in acts} == {("VT-201", "vt_worker", "bestand")}
        assert set(session.exec(select(Step.kind))) == {"report_intake"}


def test_a_report_from_a_folder_that_may_be_acute_alarms_until_somebody_has_it(folder: Folder) -> None:
    folder.drop(
        "a.csv", csv_of(DROPPED | {"mogelijk_acuut": "ja"}, DROPPED | {"meldnummer": "P-2", "gezinsnummer": "H-2"})
    )
    assert folder.told() == [("ACUTE", "VT-911"), ("NOTICE", "VT-911")]
    sweep_deadlines(folder.ledger, NOW + timedelta(minutes=15))
    assert folder.told() == [("ACUTE", "VT-209"), *[("ACUTE", "VT-911")] * 2, ("NOTICE", "VT-911")]
    with folder.ledger.reading() as session:
        [urgent] = session.exec(select(Step.id).where(Step.acute))
    acknowledge(folder.ledger, urgent, "VT-911", door="opdracht", now=NOW + timedelta(minutes=16))
    sweep_deadlines(folder.ledger, NOW + timedelta(minutes=40))
    assert len([rung for rung, _ in folder.told() if rung == "ACUTE"]) == 3


def test_a_source_numbers_families_in_its_own_way_or_not_at_all(folder: Folder, tmp_path: Path) -> None:
    mine = tmp_path / "eigen.csv"
    mine.write_bytes(csv_of(DROPPED | {"meldnummer": "P-0"}))
    import_reports(folder.ledger, mine, "VT-201", NOW)
    rows = [DROPPED | {"meldnummer": f"P-{number}"} for number in range(1, 5)]
    folder.drop("a.csv", csv_of(*rows[:2], *(row | {"gezinsnummer": ""} for row in rows[2:])))
    folder.drop("b.json", json_of(json_row(meldnummer="P-5", gezinsnummer=None, **NONE)))
    with folder.ledger.reading() as session:
        cases = dict(session.exec(select(Report.number, Report.case_id)).all())
    assert cases == {"P-0": 1, "P-1": 2, "P-2": 2, "P-3": 3, "P-4": 4, "P-5": 5}


def test_by_hand_a_report_without_a_family_number_is_refused(folder: Folder, tmp_path: Path) -> None:
    mine = tmp_path / "eigen.csv"
    mine.write_bytes(csv_of(DROPPED | {"gezinsnummer": ""}))
    [row] = import_reports(folder.ledger, mine, "VT-201", NOW).refused
    assert (row.code, row.field) == ("KR-RIJ-VERPLICHT", "gezinsnummer")


def test_a_folder_of_veilig_thuis_itself_may_say_what_veilig_thuis_says(folder: Folder) -> None:
    folder.configured(source="VT-KUST")
    own = DROPPED | {"bron": "VT-KUST", "eigen_zaaknummer": "Z26-LMNPQRST", "indeling": "eerste melding"}
    assert folder.drop("a.csv", csv_of(own)).endswith("1 nieuw")


def test_the_same_file_and_the_same_report_count_once(folder: Folder) -> None:
    data = csv_of(DROPPED)
    folder.drop("a.csv", data)
    assert folder.drop("a.csv", data) == "meldingen uit mappen: 1 al bekend"
    assert folder.drop("b.xml", xml_of(DROPPED)) == "meldingen uit mappen: 1 al bekend"
    assert folder.numbers() == [DROPPED["meldnummer"]]
    assert folder.names(DONE) == ["a-1.csv", "a.csv", "b.xml"]


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (csv_of(DROPPED, DROPPED | {"meldnummer": "123456782"}), "3 KR-RIJ-PRIVACY meldnummer"),
        (csv_of(DROPPED | {"bron": "VT-KUST"}), "2 KR-RIJ-ONBEKEND bron"),
        (csv_of(DROPPED | {"aangenomen_door": "VT-101"}), "2 KR-RIJ-ONBEKEND aangenomen_door"),
        (csv_of(DROPPED | {"eigen_zaaknummer": "Z26-LMNPQRST"}), "2 KR-RIJ-VAN-ONS eigen_zaaknummer"),
        (csv_of(DROPPED | {"indeling": "eerste melding"}), "2 KR-RIJ-VAN-ONS indeling"),
        (csv_of(DROPPED | {"gezinsnummer": f"fam {CANARY}"}), "2 KR-RIJ-WAARDE gezinsnummer"),
        (f"naam\n{CANARY}\n".encode(), "1 KR-BESTAND-KOLOMMEN"),
        (b"\xff\n" + csv_of(DROPPED), "1 KR-BESTAND-TEKEN"),
        (b"", "0 KR-BESTAND-LEEG"),
    ],
)
def test_a_wrong_file_is_refused_whole_with_codes_beside_it(folder: Folder, data: bytes, codes: str) -> None:
    assert folder.drop("a.csv", data) == "meldingen uit mappen: 1 bestand geweigerd"
    assert folder.names(REFUSED) == ["a.csv", "a.csv.fout"]
    assert (folder.place / REFUSED / "a.csv.fout").read_text() == f"{codes}\n"
    assert (folder.place / REFUSED / "a.csv").read_bytes() == data
    assert (folder.numbers(), folder.round()) == ([], "")


def test_a_report_that_changed_is_refused(folder: Folder) -> None:
    folder.drop("a.csv", csv_of(DROPPED))
    folder.drop("b.csv", csv_of(DROPPED | {"mogelijk_acuut": "ja"}))
    assert (folder.place / REFUSED / "b.csv.fout").read_text() == "2 KR-MELDING-ANDERS\n"


def test_a_file_that_is_not_whole_yet_or_is_none_of_ours_is_left_alone(folder: Folder) -> None:
    for name in (".a.csv", "a.csv.part", "a.txt"):
        assert folder.drop(name, csv_of(DROPPED)) == ""
    (folder.place / "map.csv").mkdir()
    (folder.place / "wijzer.csv").symlink_to(folder.place / ".a.csv")
    assert folder.round() == ""
    assert folder.numbers() == []


@pytest.mark.parametrize(("by", "code"), [("WT-201", "KR-ROL"), ("VT-999", "KR-CODE-ONBEKEND")])
def test_a_code_that_may_not_import_leaves_the_files_where_they_are(folder: Folder, by: str, code: str) -> None:
    folder.configured(by)
    assert folder.drop("a.csv", csv_of(DROPPED)) == f"meldingen uit mappen: 1 wacht: {code}"
    assert (folder.names(), folder.numbers()) == (["a.csv"], [])
    folder.configured()
    assert folder.round().endswith("1 nieuw")


def test_a_file_that_cannot_be_put_away_is_read_once(folder: Folder) -> None:
    (folder.place / DONE).write_bytes(b"")  # a file where the folder should be
    assert folder.drop("a.csv", csv_of(DROPPED)) == "meldingen uit mappen: 1 niet weg te leggen, 1 nieuw"
    assert folder.round() == ""
    os.remove(folder.place / DONE)
    assert folder.round() == ""
    assert (folder.names(), folder.names(DONE), len(folder.numbers())) == ([], ["a.csv"], 1)


def test_a_file_that_is_replaced_while_it_is_read_is_read_too(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def replaced(*given: Any, **named: Any) -> Imported:
        done = import_reports(*given, **named)
        if done.reports and len(folder.numbers()) == 1:
            new = folder.place / "nieuw"
            new.write_bytes(csv_of(DROPPED | {"meldnummer": "P-2"}))
            new.replace(folder.place / "a.csv")
        return done

    monkeypatch.setattr("tasks.import_dropped_reports.import_reports", replaced)
    assert folder.drop("a.csv", csv_of(DROPPED | {"meldnummer": "P-1"})).endswith("1 nieuw")
    assert folder.names() == ["a.csv"]
    assert folder.round().endswith("1 nieuw")
    assert folder.numbers() == ["P-1", "P-2"]


def test_the_doctor_looks_at_the_folder_and_makes_nothing(folder: Folder, tmp_path: Path) -> None:
    assert [one.good for one in preflight(folder.configured())] == [True]
    folder.place = tmp_path / "elders"
    [finding] = preflight(folder.configured())
    assert not finding.good
    assert not folder.place.exists()


@pytest.mark.parametrize(
    "text",
    ['folder = "/x"', 'client_id = "x"', 'secret = "x"', 'feedback_secret = "x"', 'reporter_class = "polis"'],
)
def test_half_a_setting_is_refused(configured: Configure, text: str) -> None:
    with pytest.raises(PolicyRefusal) as refused:
        configured(f'[[reporters]]\nsource = "POL-KUST"\n{text}\n', {})
    assert refused.value.code == "KR-PARTNERS"
