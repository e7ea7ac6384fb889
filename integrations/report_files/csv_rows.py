"""The rows of a CSV file. A row is one line: no line break in quotes, so a stray quote spoils one row only."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from io import BytesIO

from domain.errors import InputRefusal
from integrations.report_files.guards import MOST_LINE, MOST_ROWS, Raw, line_too_long
from integrations.report_files.layout import NAMES

BLANK = ' \t\r\n;,"'
"""A line of only these holds no row; spreadsheets leave such lines at the end."""


def csv_rows(data: bytes, columns: Sequence[str] = NAMES) -> Iterator[Raw]:
    """The rows below the header, which holds exactly these columns and decides between semicolons and commas.

    The bytes are known to be UTF-8.
    """
    if data.count(b"\n") > 2 * MOST_ROWS:  # millions of blank lines would take seconds
        raise InputRefusal("KR-BESTAND-RIJEN", rows=MOST_ROWS)
    lines = _lines(data.removeprefix(BOM_UTF8))
    number, head = next(lines, (0, ""))
    if not number:
        return
    delimiter = ";" if ";" in head else ","
    names = [name.strip().casefold() for name in _split(head, delimiter)]
    if sorted(names) != sorted(columns):
        raise InputRefusal("KR-BESTAND-KOLOMMEN", line=number, expected=", ".join(columns))
    for number, line in lines:
        cells = _split(line, delimiter)
        if len(cells) == len(names):
            yield Raw(number, dict(zip(names, cells, strict=True)))
        else:
            yield Raw(number, {}, InputRefusal("KR-RIJ-CELLEN"))


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    number, file = 0, BytesIO(data)
    while line := file.readline(MOST_LINE + 1):
        number += 1
        if len(line) > MOST_LINE:
            raise line_too_long(number)
        if (text := line.decode()).strip(BLANK):
            yield number, text


def _split(line: str, delimiter: str) -> list[str]:
    """The cells of one line; none when its quotes are wrong."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
