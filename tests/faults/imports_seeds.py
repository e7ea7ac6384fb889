"""Thirty good files of each format, from the generator, and the region that knows their codes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.synthetic_region import KUSTLAND
from integrations.report_files import KnownCodes
from tasks.generate_reports import generate_reports
from tests.region import kustland

NOW = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)
ROWS = (1,) * 20 + (2,) * 8 + (6, 16)
FORMATS = (".csv", ".json", ".xml")


@dataclass(frozen=True)
class Seed:
    """A good file."""

    suffix: str
    data: bytes
    rows: int


@cache
def seeds() -> tuple[Seed, ...]:
    """Thirty of each format; the last ones have about three kilobytes."""
    with TemporaryDirectory() as folder:
        return tuple(_made(Path(folder), suffix, rows, n) for suffix in FORMATS for n, rows in enumerate(ROWS))


def _made(folder: Path, suffix: str, rows: int, number: int) -> Seed:
    path = folder / f"{number}{suffix}"
    generate_reports(path, KUSTLAND, date(2026, 1, 1), count=rows, seed=number)
    return Seed(suffix, path.read_bytes(), rows)


@cache
def known() -> KnownCodes:
    """The codes of the synthetic region."""
    region = kustland()
    return KnownCodes(
        municipalities=frozenset(one.code for one in region.municipalities),
        organisations=frozenset(one.code for one in region.organisations),
        professionals=frozenset(one.code for one in region.professionals if one.code.startswith("VT-")),
    )
