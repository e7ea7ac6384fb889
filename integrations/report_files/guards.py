"""What a file may be before anyone reads its rows: how large, in which characters, with how many rows."""

import os
import stat
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from domain.errors import InputRefusal, WrongUse

MOST_BYTES = 50 * 1024 * 1024
MOST_LINE = 64 * 1024
MOST_ROWS = 25_000  # five region-years: read in seconds, within 300 MB
PIECE = 64 * 1024


@dataclass(frozen=True)
class Raw:
    """One row as it was found: its line number, and its cells by column name or why it cannot be read at all."""

    line: int
    cells: dict[str, str]
    refusal: InputRefusal | None = None


def bytes_of(path: Path, *, follow: bool = True, within: int | None = None) -> bytes:
    """The bytes of a regular file of an acceptable size, read once so that hash and rows are of the same content.

    Where others may put a link: `follow` False, then it is no file. `within`: the descriptor of the folder it lies in.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)  # a pipe must not hold the round up
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, flags, dir_fd=within)) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise WrongUse("KR-BESTAND")
            if found.st_size > MOST_BYTES:
                raise InputRefusal("KR-BESTAND-GROOT", megabytes=MOST_BYTES // 1024**2)
            return file.read(found.st_size)
    except (OSError, ValueError):
        raise WrongUse("KR-BESTAND") from None


def must_be_text(data: bytes) -> None:
    """Refuse bytes that are not UTF-8, or that hold a NUL (UTF-16 does); decoded in pieces to stay small."""
    if (nul := data.find(b"\0")) >= 0:
        raise _no_text(data, nul)
    decoder = getincrementaldecoder("utf-8")()
    for start in range(0, len(data), PIECE):
        try:
            decoder.decode(data[start : start + PIECE], final=start + PIECE >= len(data))
        except UnicodeDecodeError as wrong:
            raise _no_text(data, start + wrong.start) from None


def _no_text(data: bytes, place: int) -> InputRefusal:
    return InputRefusal("KR-BESTAND-TEKEN", line=data.count(b"\n", 0, place) + 1)


def line_too_long(line: int) -> InputRefusal:
    """The refusal of a line, or of one JSON object, that is longer than any report can be."""
    return InputRefusal("KR-BESTAND-REGEL", line=line, kilobytes=MOST_LINE // 1024)


def must_have_rows(rows: Iterator[Raw]) -> None:
    """Refuse a file without rows or with too many, before the work of reading them is done."""
    number = sum(1 for _ in islice(rows, MOST_ROWS + 1))
    if number == 0:
        raise InputRefusal("KR-BESTAND-LEEG")
    if number > MOST_ROWS:
        raise InputRefusal("KR-BESTAND-RIJEN", rows=MOST_ROWS)
