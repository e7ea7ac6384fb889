"""Files broken in every way we can think of: nothing but a Refusal escapes, and no row is lost or read twice."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Refusal
from integrations.report_files import ReadFile
from integrations.report_files.csv_rows import BLANK
from tests.reports.samples import ROW, csv_of, json_of, json_row, read, refusal_of, xml_of

CANARY = "Kanarievogel"
TOKENS = [b";", b",", b'"', b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"=1", b"{", b"}", b"[", b"]", b"\\", b":"]
TOKENS += [b"\\ud800", b"null", b"-1", b"1e999", "٣".encode(), b"A:kind:", b"2026-02-30T10:00", b" " * 300, b"[" * 300]

GOOD_CSV = csv_of(*(ROW | {"meldnummer": f"M-{CANARY}-{number}"} for number in range(4)))
GOOD_JSON = json_of(*(json_row(meldnummer=f"M-{CANARY}-{number}") for number in range(3)))

GOOD_XML = xml_of(*(ROW | {"meldnummer": f"M-{CANARY}-{number}"} for number in range(3)))

place = st.integers(0, 5000)
mutations = st.lists(
    st.one_of(
        st.tuples(st.just("put"), place, st.sampled_from(TOKENS)),
        st.tuples(st.just("swap"), place, st.binary(min_size=1, max_size=3)),
        st.tuples(st.just("cut"), place, st.integers(1, 200).map(bytes)),
        st.tuples(st.just("double"), place, st.integers(1, 400).map(bytes)),
    ),
    min_size=1,
    max_size=4,
)
quick = settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def mutated(data: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    """The bytes with these changes: a token put in, bytes swapped, a piece cut out or doubled."""
    for act, at, piece in changes:
        at %= len(data) + 1
        kept = {"put": data[at:], "swap": data[at + len(piece) :], "cut": data[at + len(piece) :], "double": data[at:]}
        new = {"cut": b"", "double": data[at : at + len(piece)]}.get(act, piece)
        data = data[:at] + new + kept[act]
    return data


def csv_rows(data: bytes) -> int:
    """How many rows a CSV file has, counted in another way than the reader does."""
    return sum(bool(line.decode().strip(BLANK)) for line in data.split(b"\n")) - 1


def json_rows(data: bytes) -> int:
    """How many objects a JSON file has; fails when it is no valid JSON."""
    return len(json.loads(data.decode().removeprefix("\ufeff")))


def xml_rows(data: bytes) -> int:
    """How many reports an XML file has; fails when it is no valid XML."""
    return len(fromstring(data).findall("melding"))


def attempt(folder: Path, data: bytes, suffix: str, rows: Callable[[bytes], int]) -> ReadFile | None:
    """Read the file; check that no row got lost and that no reason repeats what the file says."""
    try:
        found = read(folder, data, suffix)
    except Refusal as caught:
        refusal = str(caught)
    else:
        refusal = ""
    assert CANARY not in refusal
    if refusal:
        return None
    assert len(found.reports) + len(found.refused) == rows(data)
    assert all(CANARY not in row.reason + row.next_step + row.field for row in found.refused)
    return found


@given(changes=mutations)
@quick
def test_a_mutated_csv_file_is_read_or_refused_row_by_row(
    tmp_path: Path, changes: list[tuple[str, int, bytes]]
) -> None:
    attempt(tmp_path, mutated(GOOD_CSV, changes), ".csv", csv_rows)


@given(changes=mutations)
@quick
def test_a_mutated_json_file_is_read_or_refused_row_by_row(
    tmp_path: Path, changes: list[tuple[str, int, bytes]]
) -> None:
    attempt(tmp_path, mutated(GOOD_JSON, changes), ".json", json_rows)


@given(changes=mutations)
@quick
def test_a_mutated_xml_file_is_read_or_refused_row_by_row(
    tmp_path: Path, changes: list[tuple[str, int, bytes]]
) -> None:
    attempt(tmp_path, mutated(GOOD_XML, changes), ".xml", xml_rows)


@given(data=st.binary(max_size=300), suffix=st.sampled_from([".csv", ".json", ".xml"]))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arbitrary_bytes_never_make_a_report(tmp_path: Path, data: bytes, suffix: str) -> None:
    with pytest.raises(Refusal):
        read(tmp_path, data, suffix)


def cuts(data: bytes) -> Iterator[bytes]:
    return (data[:end] for end in range(len(data)))


def test_a_csv_file_cut_off_at_any_byte_gives_only_whole_good_rows(tmp_path: Path) -> None:
    whole = read(tmp_path, GOOD_CSV).reports
    for data in cuts(GOOD_CSV):
        found = attempt(tmp_path, data, ".csv", csv_rows)
        complete = data.count(b"\n") - 1
        assert found is None or found.reports[:complete] == whole[:complete]


def test_a_json_file_cut_off_at_any_byte_is_refused(tmp_path: Path) -> None:
    for data in cuts(GOOD_JSON.rstrip()):
        assert attempt(tmp_path, data, ".json", json_rows) is None


def test_an_xml_file_cut_off_at_any_byte_is_refused(tmp_path: Path) -> None:
    for data in cuts(GOOD_XML.rstrip()):
        assert attempt(tmp_path, data, ".xml", xml_rows) is None


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("data", "suffix", "code"),
    [
        (GOOD_CSV + b"x" * 10**7, ".csv", "KR-BESTAND-REGEL"),
        (GOOD_CSV + b'"' * 10**7, ".csv", "KR-BESTAND-REGEL"),
        (b";" * 10**7, ".csv", "KR-BESTAND-REGEL"),
        (b'[{"a": "' + b"x" * 10**7 + b'"}]', ".json", "KR-BESTAND-REGEL"),
        (b'[{"a": "' + b'\\"' * (5 * 10**6), ".json", "KR-BESTAND-REGEL"),
        (b"[" * 10**7, ".json", "KR-BESTAND-JSON"),
        (b" " * 10**7, ".json", "KR-BESTAND-LEEG"),
        (GOOD_CSV + b"\n" * 10**7, ".csv", "KR-BESTAND-RIJEN"),
        (GOOD_CSV + b"1;2\n" * 10**6, ".csv", "KR-BESTAND-RIJEN"),
        (b"<meldingen>" + b" " * 10**7 + b"x", ".xml", "KR-BESTAND-XML"),
        (b"<meldingen><melding><bron>" + b"x" * 10**7, ".xml", "KR-BESTAND-REGEL"),
        (b'<meldingen a="' + b"x" * 10**7 + b'"/>', ".xml", "KR-BESTAND-REGEL"),
        (b"<meldingen>" + b"<melding>" * 10**6, ".xml", "KR-BESTAND-XML"),
        (b"<meldingen>" + b"<melding/>" * 10**6 + b"</meldingen>", ".xml", "KR-BESTAND-RIJEN"),
        (b"x" * (50 * 1024**2 + 1), ".csv", "KR-BESTAND-GROOT"),
    ],
    ids=[
        "one line",
        "quotes",
        "cells",
        "one string",
        "escapes",
        "depth",
        "spaces",
        "blank lines",
        "million rows",
        "xml spaces",
        "xml text",
        "xml attribute",
        "xml depth",
        "xml million rows",
        "50 MB",
    ],
)
def test_a_huge_file_is_refused_in_little_memory(tmp_path: Path, data: bytes, suffix: str, code: str) -> None:
    (tmp_path / f"meldingen{suffix}").write_bytes(data)
    size = len(data)
    tracemalloc.start()
    try:
        assert refusal_of(tmp_path, data, suffix) == code
        assert tracemalloc.get_traced_memory()[1] < size + 20 * 1024**2
    finally:
        tracemalloc.stop()
