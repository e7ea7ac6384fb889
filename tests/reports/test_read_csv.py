"""Reading a CSV file: what is right comes in, what is wrong is refused by line and column without repeating it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.dutch import AMSTERDAM
from domain.errors import InputRefusal, WrongUse
from integrations.report_files import COLUMNS, read_reports
from tests.reports.samples import KNOWN, NOW, ROW, csv_of, read, refusal_of, refused

ALWAYS = [column.name for column in COLUMNS if column.required]
CODES = ["bron", "meldnummer", "gemeente", "wijk", "gezinsnummer", "eigen_zaaknummer", "aangenomen_door"]
PERSONAL = {
    "111222333": "burgerservicenummer",
    "kanarie@voorbeeld.test": "e-mailadres",
    "06-12345678": "telefoonnummer",
    "1234 AB": "postcode",
    "12-03-1985": "geboortedatum",
}


def test_a_good_row_becomes_a_report(tmp_path: Path) -> None:
    ((line, report),) = read(tmp_path, csv_of(ROW)).reports
    assert line == 2
    assert (report.source, report.number, report.classification) == (
        "POL-KUST",
        "M26-BCDFGHJK",
        "repeat_multiple_known",
    )
    assert report.received_at == datetime(2026, 4, 20, 20, 5, tzinfo=UTC)
    assert [(person.key, person.role, person.birth_year) for person in report.persons] == [
        ("A", "adult", 1985),
        ("B", "child", 2012),
        ("C", "child", None),
    ]
    assert (report.feedback_wanted, report.home_ban, report.norm_ground) == (True, False, 2)


@pytest.mark.parametrize(
    "data",
    [
        csv_of(ROW, delimiter=","),
        b"\xef\xbb\xbf" + csv_of(ROW),
        csv_of(ROW).replace(b"\n", b"\r\n"),
        csv_of(ROW).rstrip(),
        csv_of(ROW) + b"\n;;;;;;;;;;;;;;;;;;;\r\n  \n",
        csv_of(ROW).replace(b"POL-KUST", b'" POL-KUST "'),
        csv_of(ROW).replace(b"bron;", b" Bron ;").replace(b"politie", b"Politie"),
    ],
    ids=["comma", "bom", "crlf", "no last newline", "blank lines", "quotes and spaces", "capitals"],
)
def test_the_same_row_written_otherwise_is_the_same_report(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data).reports == read(tmp_path, csv_of(ROW)).reports


def test_the_order_of_the_columns_is_free(tmp_path: Path) -> None:
    names = list(reversed(ROW))
    data = ";".join(names) + "\n" + ";".join(ROW[name] for name in names)
    assert read(tmp_path, data.encode()).reports == read(tmp_path, csv_of(ROW)).reports


def test_a_wrong_row_is_refused_and_the_rows_around_it_are_read(tmp_path: Path) -> None:
    rows = [ROW | {"meldnummer": f"M-{number}"} for number in range(3)]
    found = read(tmp_path, csv_of(rows[0], rows[1] | {"kanaal": "postduif"}, rows[2]))
    assert [line for line, _ in found.reports] == [2, 4]
    assert [(row.line, row.code, row.field) for row in found.refused] == [(3, "KR-RIJ-WAARDE", "kanaal")]
    assert "docs/import.md" in found.refused[0].next_step


@pytest.mark.parametrize("name", ALWAYS)
def test_a_required_cell_may_not_be_empty(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, **{name: " "}).code == "KR-RIJ-VERPLICHT"


@pytest.mark.parametrize("name", sorted(set(ROW) - set(ALWAYS)))
def test_another_cell_may_be_empty(tmp_path: Path, name: str) -> None:
    assert len(read(tmp_path, csv_of(ROW | {name: ""})).reports) == 1


@pytest.mark.parametrize("name", list(ROW))
@pytest.mark.parametrize("value", ["kanarie-8;'", "x" * 2000, "\x07", "٣", "ja nee"])
def test_a_wrong_value_is_refused_by_its_column_and_never_repeated(tmp_path: Path, name: str, value: str) -> None:
    row = refused(tmp_path, **{name: value})
    assert row.field == name
    assert name in row.reason
    assert value not in row.reason + row.next_step


@pytest.mark.parametrize("name", list(ROW))
@pytest.mark.parametrize("value", list(PERSONAL))
def test_a_cell_that_looks_personal_is_refused_as_such(tmp_path: Path, name: str, value: str) -> None:
    row = refused(tmp_path, **{name: value})
    assert (row.code, row.field) == ("KR-RIJ-PRIVACY", name)
    assert PERSONAL[value] in row.reason
    assert value not in row.reason


@pytest.mark.parametrize("name", list(ROW))
@pytest.mark.parametrize("value", ["=cmd|' /C calc'!A0", "+1", "@SUM(1)", "-1", "\t=1"])
def test_a_formula_is_refused(tmp_path: Path, name: str, value: str) -> None:
    assert refused(tmp_path, **{name: value}).code == "KR-RIJ-FORMULE"


@pytest.mark.parametrize("name", ["bron", "gemeente", "aangenomen_door"])
def test_a_code_of_another_region_is_refused(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, **{name: "POLDERLAND"}).code == "KR-RIJ-ONBEKEND"


@pytest.mark.parametrize(
    "moment",
    [
        "2026-02-30T10:00",
        "2027-02-29T10:00",
        "2026-13-01T10:00",
        "0000-00-00T00:00",
        "26-04-20T10:00",
        "2026-04-20",
        "2026-04-20T24:00",
        "2026-04-20T10:00:61",
        "2026-04-20T10:00+25:00",
        "2026-W17-1T10:00",
        "20260420T1000",
        "2026-04-20T10:00 Europe/Amsterdam",
        "1999-12-31T10:00",
        "0001-01-01T00:00",
        "2026-03-29T02:30",
    ],
)
def test_a_moment_that_does_not_exist_is_refused(tmp_path: Path, moment: str) -> None:
    row = refused(tmp_path, ontvangen_op=moment)
    assert (row.code, row.field) == ("KR-RIJ-TIJD", "ontvangen_op")


def test_the_hour_that_comes_twice_needs_an_offset(tmp_path: Path) -> None:
    assert refused(tmp_path, ontvangen_op="2026-10-25T02:30").code == "KR-RIJ-TIJD-DUBBEL"
    both = [read(tmp_path, csv_of(ROW | {"ontvangen_op": f"2026-10-25T02:30+0{hours}:00"})) for hours in (2, 1)]
    summer, winter = (found.reports[0][1].received_at for found in both)
    assert winter - summer == timedelta(hours=1)


def test_a_moment_in_the_future_is_refused_but_clocks_may_differ_five_minutes(tmp_path: Path) -> None:
    on_time, late = (ROW | {"ontvangen_op": (NOW + timedelta(minutes=by)).isoformat()} for by in (5, 6))
    assert len(read(tmp_path, csv_of(on_time)).reports) == 1
    assert refused(tmp_path, **late).code == "KR-RIJ-TOEKOMST"


@given(wall=st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31)))  # noqa: DTZ001  wall time is the subject
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_a_wall_time_is_read_when_exactly_one_moment_has_it(tmp_path: Path, wall: datetime) -> None:
    wall = wall.replace(second=0, microsecond=0)
    candidates = [(wall - timedelta(hours=hours)).replace(tzinfo=UTC) for hours in (1, 2)]
    moments = [moment for moment in candidates if moment.astimezone(AMSTERDAM).replace(tzinfo=None) == wall]
    found = read(tmp_path, csv_of(ROW | {"ontvangen_op": wall.isoformat(" ", "minutes"), "gezinsleden": "A:kind:"}))
    assert [report.received_at for _, report in found.reports] == (moments if len(moments) == 1 else [])


@pytest.mark.parametrize(
    "members",
    [
        "A",
        "A:kind",
        "a:kind:2012",
        "A:baby:2012",
        "A:kind:12",
        "A:kind:2012:",
        "A:kind:2012 A:kind:2013",
        "A:kind:2012,B:kind:2013",
        "A:kind:1950",
        "A:kind:2030",
        " ".join(f"{chr(65 + place)}:kind:" for place in range(21)),
    ],
)
def test_a_household_written_otherwise_is_refused(tmp_path: Path, members: str) -> None:
    row = refused(tmp_path, gezinsleden=members)
    assert (row.code, row.field) == ("KR-RIJ-GEZIN", "gezinsleden")


def test_a_report_that_stands_twice_in_the_file_is_refused_once(tmp_path: Path) -> None:
    found = read(tmp_path, csv_of(ROW, ROW | {"huisverbod": "ja"}))
    assert len(found.reports) == 1
    assert [(row.line, row.code) for row in found.refused] == [(3, "KR-RIJ-DUBBEL")]


def test_another_source_may_use_the_same_number(tmp_path: Path) -> None:
    assert len(read(tmp_path, csv_of(ROW, ROW | {"bron": "VT-KUST"})).reports) == 2


@pytest.mark.parametrize("line", ["POL-KUST;M26", 'POL"KUST;"M26', '"POL-KUST', "x" * 60_000, "a\rb" + ";" * 19])
def test_a_row_with_wrong_cells_is_refused_by_itself(tmp_path: Path, line: str) -> None:
    data = csv_of(ROW) + line.encode() + b"\n" + csv_of(ROW | {"meldnummer": "M-2"}).split(b"\n")[1]
    found = read(tmp_path, data)
    assert [row.code for row in found.refused] == ["KR-RIJ-CELLEN"]
    assert [number for number, _ in found.reports] == [2, 4]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "KR-BESTAND-LEEG"),
        (b"\n\n;;\n", "KR-BESTAND-LEEG"),
        (csv_of(), "KR-BESTAND-LEEG"),
        (csv_of(ROW).replace(b"bron;", b""), "KR-BESTAND-KOLOMMEN"),
        (csv_of(ROW).replace(b"bron;", b"naam;"), "KR-BESTAND-KOLOMMEN"),
        (csv_of(ROW).replace(b"bron;", b"bron;bron;"), "KR-BESTAND-KOLOMMEN"),
        (csv_of(ROW).split(b"\n")[1], "KR-BESTAND-KOLOMMEN"),
        (csv_of(ROW).replace(b"\n", b"\r"), "KR-BESTAND-KOLOMMEN"),
        ("é".encode("latin-1") + csv_of(ROW), "KR-BESTAND-TEKEN"),
        (csv_of(ROW).decode().encode("utf-16"), "KR-BESTAND-TEKEN"),
        (csv_of(ROW).decode().encode("utf-16-le"), "KR-BESTAND-TEKEN"),
        (csv_of(ROW) + b"\xed\xa0\x80", "KR-BESTAND-TEKEN"),
        (csv_of(ROW) + b"a\0b", "KR-BESTAND-TEKEN"),
        (csv_of(ROW) + b"x" * 65_537, "KR-BESTAND-REGEL"),
        (csv_of(ROW) + b"\n" * 10**6, "KR-BESTAND-RIJEN"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_with_a_code(tmp_path: Path, data: bytes, code: str) -> None:
    assert refusal_of(tmp_path, data) == code


def test_wrong_columns_are_answered_with_the_right_ones_only(tmp_path: Path) -> None:
    path = tmp_path / "meldingen.csv"
    path.write_bytes(b"kanarie;voornaam\n1;2\n")
    with pytest.raises(InputRefusal, match="bron, meldnummer, ontvangen_op") as caught:
        read_reports(path, now=NOW, known=KNOWN)
    assert "kanarie" not in str(caught.value)


@pytest.mark.parametrize("name", ["meldingen.xlsx", "meldingen", "meldingen.csv.exe"])
def test_another_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(csv_of(ROW))
    with pytest.raises(InputRefusal, match="KR-BESTAND-SOORT"):
        read_reports(tmp_path / name, now=NOW, known=KNOWN)


@pytest.mark.parametrize("name", ["afwezig.csv", "map.csv", "nul\0.csv"])
def test_a_path_without_a_readable_file_is_wrong_use(tmp_path: Path, name: str) -> None:
    (tmp_path / "map.csv").mkdir()
    with pytest.raises(WrongUse, match="KR-BESTAND"):
        read_reports(tmp_path / name, now=NOW, known=KNOWN)
