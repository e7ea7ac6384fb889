"""Signals in files that another system drops in a folder, and the list of cases it has to follow.

The other system (of the municipality, a school registry, health care) knows who belongs to a reference; we do not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from domain.errors import InputRefusal, KetenregieError
from domain.privacy import personal
from domain.references import is_valid, normalise
from domain.signals import Sign, SignalCode
from integrations.drop_folder import WaitingFile, share
from integrations.report_files.csv_rows import csv_rows
from integrations.report_files.guards import bytes_of, must_be_text, must_have_rows
from integrations.whole_file import write_whole

COLUMNS = ("kenmerk", "persoon", "signaal", "gezien_op", "nummer")
FOLLOW = "volgen.txt"
SUFFIXES = (".csv",)
NUMBER = re.compile(r"[A-Za-z0-9._:/-]{1,60}")


@dataclass(frozen=True)
class DroppedFile:
    """One file: its signals, each with its line, and the codes of the rows that cannot be taken (`line code`)."""

    file: WaitingFile
    signs: tuple[tuple[int, Sign], ...]
    refused: tuple[str, ...]


class DroppedSignals:
    """A folder of signal files."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder

    def follow(self, references: frozenset[str]) -> None:
        """Write the references, a line each, to `volgen.txt`; nothing else about them is told."""
        text = "".join(f"{reference}\n" for reference in sorted(references))
        write_whole(self.folder / FOLLOW, text, lambda made: share(made, self.folder))

    def read(self, file: WaitingFile, today: date) -> DroppedFile:
        """One file that waits."""
        return read_signals(file, today)


def read_signals(file: WaitingFile, today: date) -> DroppedFile:
    """The signals of one file; a file that cannot be read as a whole is one refusal."""
    signs: list[tuple[int, Sign]] = []
    refused: list[str] = []
    try:
        data = bytes_of(file.path, follow=False)
        must_be_text(data)
        must_have_rows(csv_rows(data, COLUMNS))
        for raw in csv_rows(data, COLUMNS):
            try:
                if raw.refusal is not None:
                    raise raw.refusal
                signs.append((raw.line, _sign(raw.cells, today)))
            except InputRefusal as refusal:
                refused.append(f"{raw.line} {refusal.code}")
    except KetenregieError as error:
        return DroppedFile(file, (), (f"0 {error.code}",))
    return DroppedFile(file, tuple(signs), tuple(refused))


def _sign(cells: Mapping[str, str], today: date) -> Sign:
    """A number may be that of an event about several people: it is the whole row that counts once."""
    given = {name: cell.strip() for name, cell in cells.items()}
    person, number = given["persoon"].upper(), given["nummer"]
    if not is_valid(given["kenmerk"]):
        raise _wrong("kenmerk")
    if person and not (len(person) == 1 and "A" <= person <= "Z"):
        raise _wrong("persoon")
    if not NUMBER.fullmatch(number) or personal(number):
        raise _wrong("nummer")
    reference, code, day = normalise(given["kenmerk"]), _code(given["signaal"]), _day(given["gezien_op"], today)
    told = sha256(f"{number}|{reference}|{person}|{code}|{day}".encode()).hexdigest()[:32]
    return Sign(reference, person, code, day, told)


def _code(text: str) -> SignalCode:
    try:
        return SignalCode(text)
    except ValueError:
        raise _wrong("signaal") from None


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _wrong("gezien_op") from None
    if day > today or len(text) != 10:
        raise _wrong("gezien_op")
    return day


def _wrong(column: str) -> InputRefusal:
    return InputRefusal("KR-SIGNAAL-WAARDE", field=column)
