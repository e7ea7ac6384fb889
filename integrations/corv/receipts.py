"""Files of receipts: `kenmerk;corv_nummer;soort;dag`, a line for each message that CORV took, delivered or refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from domain.errors import InputRefusal, KetenregieError
from domain.privacy import personal
from domain.references import is_valid, normalise
from integrations.drop_folder import WaitingFile
from integrations.report_files.csv_rows import csv_rows
from integrations.report_files.guards import bytes_of, must_be_text, must_have_rows

COLUMNS = ("kenmerk", "corv_nummer", "soort", "dag")
SUFFIXES = (".csv",)
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}", re.ASCII)


class ReceiptKind(StrEnum):
    """`fout`: it was not routed, or the receiver could not take it (Regeling keteninformatisering Jeugdwet, art. 1)."""

    SENT = "verzonden"
    RECEIVED = "ontvangen"
    ERROR = "fout"


@dataclass(frozen=True)
class Receipt:
    """One receipt: our reference, CORV's own number, what it says and of which day; and its line in the file."""

    reference: str
    number: str
    kind: ReceiptKind
    day: date
    line: int = 0


@dataclass(frozen=True)
class ReceiptFile:
    """One file: its receipts, and the codes of the rows that cannot be taken (`line code`)."""

    file: WaitingFile
    receipts: tuple[Receipt, ...]
    refused: tuple[str, ...]


def read_receipts(file: WaitingFile, today: date) -> ReceiptFile:
    """The receipts of one file; a file that cannot be read as a whole is one refusal."""
    receipts: list[Receipt] = []
    refused: list[str] = []
    try:
        data = bytes_of(file.path, follow=False)
        must_be_text(data)
        must_have_rows(csv_rows(data, COLUMNS))
        for raw in csv_rows(data, COLUMNS):
            try:
                if raw.refusal is not None:
                    raise raw.refusal
                receipts.append(replace(_receipt(raw.cells, today), line=raw.line))
            except InputRefusal as refusal:
                refused.append(f"{raw.line} {refusal.code} {refusal.places.get('field', '')}".rstrip())
    except KetenregieError as error:
        return ReceiptFile(file, (), (f"{error.places.get('line', 0)} {error.code}",))
    return ReceiptFile(file, tuple(receipts), tuple(refused))


def _receipt(cells: Mapping[str, str], today: date) -> Receipt:
    given = {name: cell.strip() for name, cell in cells.items()}
    number = given["corv_nummer"]
    if not is_valid(given["kenmerk"]):
        raise _wrong("kenmerk")
    if not NUMBER.fullmatch(number) or personal(number):
        raise _wrong("corv_nummer")
    if given["soort"] not in list(ReceiptKind):
        raise _wrong("soort")
    return Receipt(normalise(given["kenmerk"]), number, ReceiptKind(given["soort"]), _day(given["dag"], today))


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _wrong("dag") from None
    if day > today or len(text) != len("2026-05-01"):
        raise _wrong("dag")
    return day


def _wrong(column: str) -> InputRefusal:
    return InputRefusal("KR-CORV-WAARDE", field=column)
