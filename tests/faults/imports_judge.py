"""Judges one spoilt file: what escaped, what was lost, how long it took, and whether a reason quotes what was read."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import thread_time

from defusedxml.ElementTree import fromstring

from domain.error_catalogue import CATALOGUE
from domain.errors import Refusal
from domain.privacy import BIRTH_DATE, BSN, EMAIL, PHONE, POSTCODE
from integrations.report_files import COLUMNS, ReadFile, read_reports
from integrations.report_files.csv_rows import BLANK
from tests.faults.imports_seeds import NOW, known

WORD = re.compile(r"[^\W\d_][\w-]*")
KNOWN_WORDS = frozenset(
    word.casefold()
    for code, entry in CATALOGUE.items()
    if code.startswith(("KR-BESTAND", "KR-RIJ", "KR-MELDING"))
    for word in WORD.findall(f"{entry.sentence} {entry.next_step}")
) | frozenset(
    word.casefold()
    for text in (BSN, EMAIL, PHONE, POSTCODE, BIRTH_DATE, *(column.name for column in COLUMNS))
    for word in WORD.findall(text)
)


@dataclass
class Judge:
    """Counts what became of the files; anything that must not happen raises at once."""

    folder: Path
    files: int = 0
    accepted: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)
    _harmless: set[str] = field(default_factory=set)

    def read(self, data: bytes, suffix: str) -> ReadFile | None:
        """Read the file; None when it was refused as a whole. Whatever else it raises is an escape."""
        path = self.folder / f"meldingen{suffix}"
        path.write_bytes(data)
        found, began = None, thread_time()
        try:
            found = read_reports(path, now=NOW, known=known())
        except Refusal as refusal:
            self.codes[refusal.code] += 1
            self.must_quote_nothing(f"{refusal.sentence} {refusal.next_step}")
        self._timed(thread_time() - began)
        if found is not None:
            self._rows(found, rows_in(data, suffix))
        return found

    def must_quote_nothing(self, said: str) -> None:
        """Each word of it is a word of the catalogue, the name of a column or a kind of personal data."""
        if said not in self._harmless:
            strange = [word for word in WORD.findall(said) if word.casefold() not in KNOWN_WORDS]
            assert not strange, said
            assert not re.search(r"\d{6}|@", said), said
            self._harmless.add(said)

    def _rows(self, found: ReadFile, rows: int) -> None:
        assert len(found.reports) + len(found.refused) == rows
        self.accepted += len(found.reports)
        for row in found.refused:
            self.codes[row.code] += 1
            self.must_quote_nothing(f"{row.reason} {row.next_step} {row.field}")

    def _timed(self, seconds: float) -> None:
        self.files += 1
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)
        assert seconds < 2

    def said(self) -> str:
        """The figures, as JSON."""
        each = round(1000 * self.seconds / max(self.files, 1), 3)
        figures = {"files": self.files, "escapes": 0, "rows_accepted": self.accepted, "codes": len(self.codes)}
        return json.dumps(figures | {"ms_a_file": each, "slowest_ms": round(1000 * self.slowest, 1)})


def rows_in(data: bytes, suffix: str) -> int:
    """How many rows a file has that was read, counted in another way than the reader counts."""
    if suffix == ".json":
        return len(json.loads(data.decode().removeprefix("\ufeff")))
    if suffix == ".xml":
        return len(fromstring(data).findall("melding"))
    return sum(bool(line.decode().strip(BLANK)) for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n")) - 1
