"""Reading a JSON file: the same layout, the same refusals."""

import json
from pathlib import Path

import pytest

from tests.reports.samples import ROW, csv_of, json_of, json_row, read, refusal_of

DEEP = 10_000


def as_json(folder: Path, row: object) -> tuple[str, str]:
    """Code and column with which a file of this one row is refused."""
    found = read(folder, json_of(row), ".json")
    assert not found.reports
    ((code, field),) = [(refused.code, refused.field) for refused in found.refused]
    return code, field


def member(**changes: object) -> dict[str, object]:
    return json_row(gezinsleden=[{"sleutel": "A", "rol": "kind"} | changes])


def test_json_and_csv_give_the_same_report(tmp_path: Path) -> None:
    of_csv = read(tmp_path, csv_of(ROW | {"gezinsleden": "A:volwassene:1985 B:kind:", "wijk": ""}))
    of_json = read(tmp_path, json_of(json_row()), ".json")
    assert of_json.reports == of_csv.reports


def test_text_values_are_taken_as_in_csv(tmp_path: Path) -> None:
    strings = json_row(huisverbod="nee", meldnorm="2", wijk="")
    assert read(tmp_path, json_of(strings), ".json").reports == read(tmp_path, json_of(json_row()), ".json").reports


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_layout_and_byte_order_mark_do_not_matter(tmp_path: Path, indent: int | None, mark: bytes) -> None:
    rows = [json_row(), json_row(meldnummer="M-2")]
    data = mark + json.dumps(rows, indent=indent).encode()
    assert len(read(tmp_path, data, ".json").reports) == 2


def test_a_row_is_named_by_the_line_it_starts_on(tmp_path: Path) -> None:
    rows = json.dumps([json_row(), json_row(meldnummer="M-2", kanaal="postduif")], indent=1)
    (row,) = read(tmp_path, rows.encode(), ".json").refused
    assert "{" in rows.splitlines()[row.line - 1]
    assert '"M-2"' in "".join(rows.splitlines()[row.line : row.line + 3])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kanaal": "postduif"}, ("KR-RIJ-WAARDE", "kanaal")),
        ({"kanaal": None}, ("KR-RIJ-VERPLICHT", "kanaal")),
        ({"kanaal": ["bestand"]}, ("KR-RIJ-WAARDE", "kanaal")),
        ({"kanaal": {"bestand": 1}}, ("KR-RIJ-WAARDE", "kanaal")),
        ({"meldnorm": 2.0}, ("KR-RIJ-WAARDE", "meldnorm")),
        ({"meldnorm": float("nan")}, ("KR-RIJ-WAARDE", "meldnorm")),
        ({"meldnorm": 10**30}, ("KR-RIJ-WAARDE", "meldnorm")),
        ({"huisverbod": 1}, ("KR-RIJ-WAARDE", "huisverbod")),
        ({"meldnummer": 111222333}, ("KR-RIJ-PRIVACY", "meldnummer")),
        ({"meldnummer": "\ud800"}, ("KR-RIJ-WAARDE", "meldnummer")),
        ({"meldnummer": "=1+1"}, ("KR-RIJ-FORMULE", "meldnummer")),
        ({"naam": "x"}, ("KR-BESTAND-KOLOMMEN", "")),
        ({"gezinsleden": "A:kind:2012"}, ("KR-RIJ-WAARDE", "gezinsleden")),
        ({"gezinsleden": []}, ("KR-RIJ-VERPLICHT", "gezinsleden")),
        ({"gezinsleden": ["A"]}, ("KR-RIJ-GEZIN", "gezinsleden")),
    ],
)
def test_a_wrong_value_is_refused_by_its_column(
    tmp_path: Path, changes: dict[str, object], refusal: tuple[str, str]
) -> None:
    assert as_json(tmp_path, json_row(**changes)) == refusal


@pytest.mark.parametrize(
    "changes",
    [
        {"naam": "x"},
        {"sleutel": "A:kind:2012 B"},
        {"sleutel": 1},
        {"rol": None},
        {"geboortejaar": "2012"},
        {"geboortejaar": True},
        {"geboortejaar": 12},
        {"geboortejaar": [2012]},
    ],
)
def test_a_wrong_member_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    assert as_json(tmp_path, member(**changes)) == ("KR-RIJ-GEZIN", "gezinsleden")


def test_a_name_that_stands_twice_in_an_object_is_refused(tmp_path: Path) -> None:
    data = json_of(json_row()).replace(b'"kanaal"', b'"kanaal": "brief", "kanaal"')
    assert [row.code for row in read(tmp_path, data, ".json").refused] == ["KR-BESTAND-KOLOMMEN"]


def test_a_missing_name_is_refused(tmp_path: Path) -> None:
    row = json_row()
    del row["wijk"]
    assert as_json(tmp_path, row) == ("KR-BESTAND-KOLOMMEN", "")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "KR-BESTAND-LEEG"),
        (b" \n ", "KR-BESTAND-LEEG"),
        (b"[]", "KR-BESTAND-LEEG"),
        (b"{}", "KR-BESTAND-JSON"),
        (b"[1]", "KR-BESTAND-JSON"),
        (b"[[]]", "KR-BESTAND-JSON"),
        (b"[{}", "KR-BESTAND-JSON"),
        (b"[{},]", "KR-BESTAND-JSON"),
        (b"[{}]]", "KR-BESTAND-JSON"),
        (b"[{}] {}", "KR-BESTAND-JSON"),
        (b'[{"a" 1}]', "KR-BESTAND-JSON"),
        (b'[{"a": 1]]', "KR-BESTAND-JSON"),
        (b'[{"a": "x}]', "KR-BESTAND-JSON"),
        (b'[{"a": ' + b"9" * 5000 + b"}]", "KR-BESTAND-JSON"),
        (b"[" * DEEP + b"]" * DEEP, "KR-BESTAND-JSON"),
        (b'[{"a":' + b"[" * DEEP + b"]" * DEEP + b"}]", "KR-BESTAND-JSON"),
        (b'[{"a":' * DEEP, "KR-BESTAND-JSON"),
        (b'[{"a": "' + b"x" * 70_000 + b'"}]', "KR-BESTAND-REGEL"),
        (b'[{"a": "' + b'\\"' * 70_000, "KR-BESTAND-REGEL"),
        (b"[" + b"{}," * 30_000 + b"{}]", "KR-BESTAND-RIJEN"),
        ('["é"]'.encode("latin-1"), "KR-BESTAND-TEKEN"),
        ("[{}]".encode("utf-16"), "KR-BESTAND-TEKEN"),
        (b"[{}]\0", "KR-BESTAND-TEKEN"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_with_a_code(tmp_path: Path, data: bytes, code: str) -> None:
    assert refusal_of(tmp_path, data, ".json") == code
