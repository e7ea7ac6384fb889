"""Reading an XML file: the same report as from CSV, and of all that XML can do more, nothing."""

from pathlib import Path

import pytest

from domain.reports import content_hash
from integrations.report_files import write_reports
from tests.reports.samples import ROW, csv_of, incoming, read, refusal_of, xml_of

GOOD = xml_of(ROW, ROW | {"meldnummer": "M26-2"})
HEAD = b'<?xml version="1.0" encoding="%s"?>\n'
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10 if number else b"ha") for number in range(9)
)


def test_an_xml_file_says_what_the_csv_file_says(tmp_path: Path) -> None:
    (line, xml), (other, _) = read(tmp_path, GOOD, ".xml").reports
    [(_, csv)] = read(tmp_path, csv_of(ROW)).reports
    assert content_hash(xml) == content_hash(csv)
    assert (line, other) == (2, 24)


@pytest.mark.parametrize("encoding", [b"UTF-8", b"utf-8", b"US-ASCII"])
def test_its_own_head_a_mark_remarks_and_cdata_are_no_obstacle(tmp_path: Path, encoding: bytes) -> None:
    data = GOOD.replace(b"<bron>POL-KUST<", b"<bron><![CDATA[POL-KUST]]><").replace(
        b"</melding>\n", b"</melding><!-- -->"
    )
    found = read(tmp_path, b"\xef\xbb\xbf" + HEAD % encoding + data, ".xml")
    assert (len(found.reports), found.refused) == (2, ())


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE meldingen>" + GOOD,
        b"<!DOCTYPE x [" + LAUGHS + b"]>" + GOOD.replace(b"M26-2", b"&l8;"),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + GOOD.replace(b"M26-2", b"&e;"),
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>' + GOOD,
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + GOOD,
        b'<?xml-stylesheet href="x"?>' + GOOD,
        HEAD % b"ISO-8859-1" + GOOD,
        HEAD % b"UTF-16" + GOOD,
        HEAD % b"Klinkklaar" + GOOD,
        GOOD.replace(b"M26-2", b"&nbsp;"),
        GOOD.replace(b"M26-2", b"&#0;"),
        GOOD.replace(b"M26-2", b"&#xD800;"),
        GOOD.replace(b"M26-2", b"<x:y/>"),
        GOOD.replace(b"<meldingen>", b'<meldingen xmlns="urn:x">'),
        GOOD.replace(b"<meldingen>", b'<meldingen versie="1">'),
        GOOD.replace(b"<melding>", b'<melding id="1">', 1),
        GOOD.replace(b"<melding>", b"los <melding>", 1),
        GOOD.replace(b"melding>", b"zaak>"),
        GOOD.replace(b"M26-2", b"<a>" * 9 + b"</a>" * 9),
        GOOD + GOOD,
        GOOD[:-3],
        b"meldingen",
    ],
)
def test_whatever_is_no_plain_list_is_refused_whole(tmp_path: Path, data: bytes) -> None:
    assert refusal_of(tmp_path, data, ".xml") == "KR-BESTAND-XML"


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        (b"<wijk>MD-DORP</wijk>", b"", "KR-BESTAND-KOLOMMEN", ""),
        (b"<wijk>", b"<bron>X</bron><wijk>", "KR-BESTAND-KOLOMMEN", ""),
        (b"<wijk>", b"<naam>Bakker</naam><wijk>", "KR-BESTAND-KOLOMMEN", ""),
        (b"<wijk>", b'<wijk soort="1">', "KR-BESTAND-KOLOMMEN", ""),
        (b"<wijk>", b"los<wijk>", "KR-BESTAND-KOLOMMEN", ""),
        (b"<wijk>", b"<!-- opmerking --><wijk>", "KR-BESTAND-KOLOMMEN", ""),
        (b"MD-DORP", b"<b>MD-DORP</b>", "KR-RIJ-WAARDE", "wijk"),
        (b"POL-KUST", b"POL-&amp;", "KR-RIJ-WAARDE", "bron"),
        (b"M26-BCDFGHJK", b"123456782", "KR-RIJ-PRIVACY", "meldnummer"),
        (b"MEERDORP", b"=1+1", "KR-RIJ-FORMULE", "gemeente"),
        (b"M26-BCDFGHJK", b"M26-2", "KR-RIJ-DUBBEL", ""),
    ],
)
def test_one_wrong_report_is_refused_by_its_line(tmp_path: Path, old: bytes, new: bytes, code: str, field: str) -> None:
    found = read(tmp_path, GOOD.replace(old, new, 1), ".xml")
    [row] = found.refused
    assert (row.code, row.field) == (code, field)
    assert row.line == (24 if code == "KR-RIJ-DUBBEL" else 2)
    assert len(found.reports) == 1


def test_a_report_longer_than_the_bound_is_refused_where_it_begins(tmp_path: Path) -> None:
    assert len(read(tmp_path, GOOD.replace(b"<wijk>", b"<wijk>" + b" " * 60_000, 1), ".xml").reports) == 2
    assert refusal_of(tmp_path, GOOD.replace(b"<wijk>", b"<wijk>" + b" " * 66_000, 1), ".xml") == "KR-BESTAND-REGEL"


@pytest.mark.parametrize("data", [b"", b" \n", b"<meldingen/>", b"<meldingen>\n</meldingen>"])
def test_a_file_without_reports_is_empty(tmp_path: Path, data: bytes) -> None:
    assert refusal_of(tmp_path, data, ".xml") == "KR-BESTAND-LEEG"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_reports(tmp_path / "uit.xml", [incoming()])
    [(_, back)] = read(tmp_path, (tmp_path / "uit.xml").read_bytes(), ".xml").reports
    assert content_hash(back) == content_hash(incoming())
