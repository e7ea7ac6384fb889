"""The two shapes in which a partner gives its waiting lists: a CSV file and a JSON answer, with the same names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.errors import InputRefusal
from domain.terms import local_date
from domain.waiting_lists import WaitingList
from integrations.report_files import RefusedRow, refused_row
from integrations.report_files.csv_rows import csv_rows
from integrations.report_files.guards import bytes_of, must_be_text, must_have_rows

COLUMNS = ("organisatie", "soort", "dag", "aantal", "mediaan_dagen")
"""organisation, kind, day (ISO), how many wait, and the middle wait in days (may be empty)."""

_FIELDS = dict(zip(("organisation", "kind", "day", "waiting", "median_days"), COLUMNS, strict=True))

Seen = set[tuple[str, str, date]]
"""organisation, kind and day of each waiting list of one file or answer: a second one would contradict the first."""


@dataclass(frozen=True)
class WaitingFile:
    """What a file holds: waiting lists and refused rows, each with its line, and the SHA-256 of its bytes."""

    lists: tuple[tuple[int, WaitingList], ...]
    refused: tuple[RefusedRow, ...]
    content_hash: str


def read_waiting_file(path: Path, known: frozenset[str], now: datetime) -> WaitingFile:
    """Read a .csv file of waiting lists; `known`: the organisations of the region.

    Raises InputRefusal when the file as a whole cannot be read, WrongUse when there is no such file.
    """
    if path.suffix.lower() != ".csv":
        raise InputRefusal("KR-BESTAND-SOORT-CSV")
    data = bytes_of(path)
    must_be_text(data)
    must_have_rows(csv_rows(data, COLUMNS))
    lists: list[tuple[int, WaitingList]] = []
    refused: list[RefusedRow] = []
    seen: Seen = set()
    for raw in csv_rows(data, COLUMNS):
        try:
            if raw.refusal is not None:
                raise raw.refusal
            lists.append((raw.line, waiting_list(raw.cells, known, now, seen)))
        except InputRefusal as refusal:
            refused.append(refused_row(raw.line, refusal))
    return WaitingFile(tuple(lists), tuple(refused), sha256(data).hexdigest())


def waiting_list(cells: Mapping[str, Any], known: frozenset[str], now: datetime, seen: Seen) -> WaitingList:
    """One waiting list of these cells by column name, which is added to those seen before it in the same file.

    Raises InputRefusal that names the column, never the value, or says that it was seen.
    """
    values = {field: _value(field, cells.get(column)) for field, column in _FIELDS.items()}
    try:
        found = WaitingList(**values)
    except ValidationError as wrong:
        place = str(wrong.errors()[0]["loc"][0])
        raise InputRefusal("KR-WACHTLIJST-WAARDE", field=_FIELDS.get(place, place)) from None
    if found.organisation not in known:
        raise InputRefusal("KR-RIJ-ONBEKEND", field="organisatie")
    if found.day > local_date(now):
        raise InputRefusal("KR-WACHTLIJST-WAARDE", field="dag")
    if (key := (found.organisation, found.kind, found.day)) in seen:
        raise InputRefusal("KR-WACHTLIJST-DUBBEL")
    seen.add(key)
    return found


def _value(field: str, cell: Any) -> Any:
    """Text as a file has it and numbers as JSON has them; what fits neither is left for the model to refuse."""
    text = cell.strip() if isinstance(cell, str) else cell
    if field == "day":
        return _day(text)
    if field in ("waiting", "median_days") and isinstance(text, str):
        if not text and field == "median_days":
            return None
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else text
    return text


def _day(text: Any) -> date:
    try:
        if not isinstance(text, str) or len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InputRefusal("KR-WACHTLIJST-WAARDE", field="dag") from None
