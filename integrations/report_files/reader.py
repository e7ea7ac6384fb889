"""Reads a file of reports: every row becomes a report, or a refusal with its line, its code and its column."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.errors import CATALOGUE, InputRefusal
from domain.privacy import personal
from domain.reports import IncomingReport
from integrations.report_files.csv_rows import csv_rows
from integrations.report_files.guards import Raw, bytes_of, must_be_text, must_have_rows
from integrations.report_files.json_rows import json_rows
from integrations.report_files.layout import BY_FIELD, COLUMNS, Column
from integrations.report_files.xml_rows import xml_rows

FORMATS = {".csv": csv_rows, ".json": json_rows, ".xml": xml_rows}
MOST_CELL = 1000
"""Characters; twenty members take less than half of it."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clock of a partner's system may run ahead of ours."""


@dataclass(frozen=True)
class KnownCodes:
    """The codes of the region; a report with another one is refused.

    `numbered_by`: the source whose own numbers the households have, when it need not have any; empty: Veilig Thuis.
    `not_theirs`: the fields that whoever wrote the file must leave empty.
    """

    municipalities: frozenset[str]
    organisations: frozenset[str]
    professionals: frozenset[str]
    numbered_by: str = ""
    not_theirs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RefusedRow:
    """Why one row cannot be taken: the line in the file, a code, a Dutch sentence, the column. Never the value."""

    line: int
    code: str
    reason: str
    field: str = ""

    @property
    def next_step(self) -> str:
        """What to do, in Dutch."""
        return CATALOGUE[self.code].next_step


@dataclass(frozen=True)
class ReadFile:
    """What a file holds: reports and refused rows, each with its line, and the SHA-256 of its bytes."""

    reports: tuple[tuple[int, IncomingReport], ...]
    refused: tuple[RefusedRow, ...]
    content_hash: str


def read_reports(path: Path, *, now: datetime, known: KnownCodes) -> ReadFile:
    """Read a .csv, .json or .xml file; the layout and the limits are in docs/import.md.

    Raises InputRefusal when the file as a whole cannot be read, WrongUse when there is no such file.
    """
    dropped = bool(known.numbered_by)  # in a folder where the source may put links
    rows_of, data = _format(path.suffix.lower()), bytes_of(path, follow=not dropped)
    must_be_text(data)
    must_have_rows(rows_of(data))
    reports: list[tuple[int, IncomingReport]] = []
    refused: list[RefusedRow] = []
    seen: set[tuple[str, str]] = set()
    for raw in rows_of(data):
        try:
            report = _report(raw, now, known)
            if (report.source, report.number) in seen:
                raise InputRefusal("KR-RIJ-DUBBEL")
        except InputRefusal as refusal:
            refused.append(refused_row(raw.line, refusal))
        else:
            seen.add((report.source, report.number))
            reports.append((raw.line, report))
    return ReadFile(tuple(reports), tuple(refused), sha256(data).hexdigest())


def refused_row(line: int, refusal: InputRefusal) -> RefusedRow:
    """The refusal of the row at this line."""
    return RefusedRow(line, refusal.code, refusal.sentence, str(refusal.places.get("field", "")))


def _format(suffix: str) -> Callable[[bytes], Iterator[Raw]]:
    if suffix not in FORMATS:
        raise InputRefusal("KR-BESTAND-SOORT")
    return FORMATS[suffix]


def _report(raw: Raw, now: datetime, known: KnownCodes) -> IncomingReport:
    if raw.refusal is not None:
        raise raw.refusal
    missed = frozenset({"household"}) if known.numbered_by else frozenset()
    values = {column.field: _value(column, raw.cells[column.name], missed) for column in COLUMNS}
    try:
        report = IncomingReport(**values, numbered_by=known.numbered_by)
    except ValidationError as wrong:
        raise _wrong_value(wrong, values) from None
    _must_be_known("municipality", report.municipality, known.municipalities)
    _must_be_known("source", report.source, known.organisations)
    _must_be_known("accepted_by", report.accepted_by, known.professionals | {""})
    if filled := [field for field in sorted(known.not_theirs) if values[field]]:
        raise InputRefusal("KR-RIJ-VAN-ONS", field=BY_FIELD[filled[0]].name)
    if report.received_at > now + CLOCKS_DIFFER:
        raise InputRefusal("KR-RIJ-TOEKOMST", field=BY_FIELD["received_at"].name)
    return report


def _value(column: Column, cell: str, missed: frozenset[str]) -> Any:
    """What the cell says; the fields in `missed` may be empty though the column is required."""
    text = cell.strip()
    if len(text) > MOST_CELL:
        raise InputRefusal("KR-RIJ-WAARDE", field=column.name)
    if text.startswith(("=", "+", "@", "-")):
        raise InputRefusal("KR-RIJ-FORMULE", field=column.name)
    if not text and column.required and column.field not in missed:
        raise InputRefusal("KR-RIJ-VERPLICHT", field=column.name)
    try:
        return column.read(text, column.name)
    except InputRefusal:
        if what := personal(text):
            raise InputRefusal("KR-RIJ-PRIVACY", field=column.name, what=what) from None
        raise


def _wrong_value(wrong: ValidationError, values: dict[str, Any]) -> InputRefusal:
    """The first thing the model refused, by column; a member's birth year is refused without a place."""
    place = wrong.errors(include_input=False, include_url=False)[0]["loc"]
    field = str(place[0]) if place else "persons"
    name = BY_FIELD[field].name
    if isinstance(text := values[field], str) and (what := personal(text)):
        return InputRefusal("KR-RIJ-PRIVACY", field=name, what=what)
    return InputRefusal(
        {"persons": "KR-RIJ-GEZIN", "received_at": "KR-RIJ-TIJD"}.get(field, "KR-RIJ-WAARDE"), field=name
    )


def _must_be_known(field: str, code: str, codes: frozenset[str]) -> None:
    if code not in codes:
        raise InputRefusal("KR-RIJ-ONBEKEND", field=BY_FIELD[field].name)
