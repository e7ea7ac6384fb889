"""A region, good rows and small files that the tests of reports share."""

import json
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from domain.errors import Refusal
from domain.reports import IncomingPerson, IncomingReport
from integrations.report_files import COLUMNS, KnownCodes, ReadFile, RefusedRow, read_reports

NOW = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)

KNOWN = KnownCodes(
    municipalities=frozenset({"DUINWIJK", "MEERDORP", "HAVENOORD"}),
    organisations=frozenset({"VT-KUST", "POL-KUST", "CJG-DUINWIJK", "CJG-MEERDORP", "CJG-HAVENOORD"}),
    professionals=frozenset({"VT-101", "VT-201", "VT-301", "VT-911"}),
)

ROW = {
    "bron": "POL-KUST",
    "meldnummer": "M26-BCDFGHJK",
    "ontvangen_op": "2026-04-20T22:05",
    "kanaal": "bestand",
    "soort_melder": "politie",
    "bekendheid_melder": "open",
    "aard": "partnergeweld",
    "gemeente": "MEERDORP",
    "wijk": "MD-DORP",
    "gezinsnummer": "H26-LMNPQRST",
    "gezinsleden": "A:volwassene:1985 B:kind:2012 C:kind:",
    "eigen_zaaknummer": "Z26-LMNPQRST",
    "terugkoppeling_gewenst": "ja",
    "op_wachtlijst": "nee",
    "lopende_hulp": "nee",
    "huisverbod": "nee",
    "mogelijk_acuut": "nee",
    "meldnorm": "2",
    "indeling": "herhaalde melding (meer personen bekend)",
    "aangenomen_door": "VT-101",
}


DROPPED = ROW | dict.fromkeys(("eigen_zaaknummer", "indeling", "aangenomen_door"), "")
"""A row as a reporter's system writes it: what Veilig Thuis records beside it is empty."""


def incoming(**changes: object) -> IncomingReport:
    """A good report, with changes."""
    fields: dict[str, object] = {
        "source": "POL-KUST",
        "number": "M26-BCDFGHJK",
        "received_at": datetime(2026, 4, 20, 20, 5, tzinfo=UTC),
        "channel": "file",
        "reporter_class": "police",
        "disclosure": "open",
        "concern": "partner_violence",
        "municipality": "MEERDORP",
        "household": "H26-LMNPQRST",
        "persons": (IncomingPerson(key="A", role="adult", birth_year=1985), IncomingPerson(key="B", role="child")),
    }
    return IncomingReport.model_validate(fields | changes)


def csv_of(*rows: dict[str, str], delimiter: str = ";") -> bytes:
    """A CSV file of these rows, in the order of the layout; quotes where a cell holds the delimiter."""
    cells = [[column.name for column in COLUMNS], *([row[column.name] for column in COLUMNS] for row in rows)]
    quoted = ([f'"{cell}"' if delimiter in cell else cell for cell in row] for row in cells)
    return "".join(delimiter.join(row) + "\n" for row in quoted).encode()


def json_row(**changes: object) -> dict[str, object]:
    """The good row as a JSON object, with changes."""
    members = [{"sleutel": "A", "rol": "volwassene", "geboortejaar": 1985}, {"sleutel": "B", "rol": "kind"}]
    return ROW | {"gezinsleden": members, "meldnorm": 2, "huisverbod": False, "wijk": None} | changes


def json_of(*rows: object) -> bytes:
    """A JSON file of these rows, one a line."""
    return ("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n").encode()


def xml_of(*rows: dict[str, str]) -> bytes:
    """An XML file of these rows, an element a line."""
    reports = ("".join(f"<{name}>{escape(value)}</{name}>\n" for name, value in row.items()) for row in rows)
    return "".join(("<meldingen>\n", *(f"<melding>\n{one}</melding>\n" for one in reports), "</meldingen>\n")).encode()


def read(folder: Path, data: bytes, suffix: str = ".csv") -> ReadFile:
    """What reading a file with these bytes gives."""
    path = folder / f"meldingen{suffix}"
    path.write_bytes(data)
    return read_reports(path, now=NOW, known=KNOWN)


def refused(folder: Path, **cells: str) -> RefusedRow:
    """The refusal of the good row with these cells instead; line 2 of its file."""
    found = read(folder, csv_of(ROW | cells))
    assert not found.reports
    (row,) = found.refused
    assert row.line == 2
    return row


def refusal_of(folder: Path, data: bytes, suffix: str = ".csv") -> str:
    """The code with which a file as a whole is refused."""
    try:
        read(folder, data, suffix)
    except Refusal as refusal:
        return refusal.code
    return ""
