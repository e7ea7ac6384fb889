"""The file that ties our references to the identity the BRP knows: read here, told to nobody.

It is kept by the municipality or by an application manager who may know both; ketenregie never writes it. Columns:
`kenmerk;persoon;bsn`.
"""

import re
import stat
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stdnum.nl import bsn as bsn_number

from domain.errors import KetenregieError, OutsideFailure
from domain.references import is_valid, normalise
from integrations.report_files.csv_rows import csv_rows
from integrations.report_files.guards import bytes_of, must_be_text

COLUMNS = ("kenmerk", "persoon", "bsn")
PERSON = re.compile(r"[A-Za-z]?")
"""The letter of a member of the household; empty: of the household."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Keys:
    """Who belongs to which reference. Never shown: not even its own text does."""

    by_number: Mapping[str, frozenset[tuple[str, str]]] = field(repr=False)
    """Number → (reference, person key): one person may be in two cases."""

    def of(self, references: Container[str]) -> frozenset[str]:
        """The numbers of everyone in these cases."""
        return frozenset(
            number for number, cases in self.by_number.items() if any(case in references for case, _ in cases)
        )


def read_keys(path: Path) -> Keys:
    """Read the file. Raises OutsideFailure KR-SLEUTELS (which says where, never what) when it is open to others, not
    there, empty, or wrong anywhere: half a list of whom to follow is worse than none.
    """
    try:
        mode = path.stat().st_mode
        if mode & OTHERS:
            raise OutsideFailure("KR-SLEUTELS", what="anderen mogen het bestand lezen")
        data = bytes_of(path)
        must_be_text(data)
        found: dict[str, set[tuple[str, str]]] = {}
        for number, case in _rows(data):
            found.setdefault(number, set()).add(case)
        if not found:
            raise OutsideFailure("KR-SLEUTELS", what="er staat niemand in")
    except OutsideFailure:
        raise
    except (OSError, KetenregieError) as error:
        raise OutsideFailure("KR-SLEUTELS", what=getattr(error, "code", "niet te lezen")) from None
    return Keys({number: frozenset(cases) for number, cases in found.items()})


def _rows(data: bytes) -> Iterator[tuple[str, tuple[str, str]]]:
    for raw in csv_rows(data, COLUMNS):
        cells = {name: cell.strip() for name, cell in raw.cells.items()}
        good = raw.refusal is None and is_valid(cells["kenmerk"]) and bsn_number.is_valid(cells["bsn"])
        if not good or not PERSON.fullmatch(cells["persoon"]):
            raise OutsideFailure("KR-SLEUTELS", what=f"regel {raw.line}")
        yield bsn_number.compact(cells["bsn"]), (normalise(cells["kenmerk"]), cells["persoon"].upper())
