"""The rows of an XML file: `<meldingen>` with a `<melding>` each, in it one element a column. Nothing else is XML here:
no DTD, so no entities of one's own and nothing fetched from elsewhere; no attributes and no processing instructions.
"""

from collections import deque
from collections.abc import Iterator
from typing import Protocol
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from domain.errors import InputRefusal
from integrations.report_files.guards import MOST_LINE, PIECE, Raw, line_too_long
from integrations.report_files.layout import EXPECTED, NAMES

ROOT, REPORT = "meldingen", "melding"
MOST_DEPTH = 8  # a good report has three; some more so that a wrong value is refused by its column


def xml_rows(data: bytes) -> Iterator[Raw]:
    """The reports of the file, each with the line it starts on. The bytes are known to be UTF-8."""
    if not data.strip():
        return
    rows = _Rows()
    parser = DefusedXMLParser(target=rows, encoding="utf-8", forbid_dtd=True)
    rows.place = parser.parser
    parser.parser.XmlDeclHandler = rows.declared
    try:
        for start in range(0, len(data), PIECE):
            parser.feed(data[start : start + PIECE])
            rows.look(start + PIECE)
            yield from rows.taken()
        parser.close()
    except (ParseError, DefusedXmlException):
        raise rows.broken() from None
    yield from rows.taken()


class Place(Protocol):
    """Where the parser is in the bytes."""

    CurrentLineNumber: int
    CurrentByteIndex: int


class _Rows:
    """What the parser tells, gathered into rows: the target of the standard library's XMLParser."""

    def __init__(self) -> None:
        self.place: Place
        self._depth, self._skipped, self._done = 0, 0, deque[Raw]()
        self._line = self._began = 0
        self._cells: dict[str, str] = {}
        self._name, self._text = "", [""]
        self._refusal: InputRefusal | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins: the list, a report, a column, or what does not belong there."""
        self._depth += 1
        if self._depth > MOST_DEPTH or (self._depth < 3 and (attributes or tag != (ROOT, REPORT)[self._depth - 1])):
            raise self.broken()
        if self._depth == 2:
            self._line, self._began = self.place.CurrentLineNumber, self.place.CurrentByteIndex
            self._cells, self._refusal = {}, None
        elif self._depth == 3:
            self._name, self._text = tag, []
            if attributes or tag not in NAMES or tag in self._cells:
                self._no_columns()
        elif self._depth == 4 and self._name in NAMES:
            self._refuse(InputRefusal("KR-RIJ-WAARDE", field=self._name))

    def data(self, text: str) -> None:
        """Text, in pieces; between the elements only white space."""
        if self._depth < 2 and text.strip():
            raise self.broken()
        if self._depth == 2 and text.strip():
            self._no_columns()
        elif self._depth == 3:
            self._text.append(text)

    def end(self, tag: str) -> None:
        """An element ends; with a report's end its row is whole."""
        if self._depth == 3:
            self._cells[tag] = "".join(self._text)
        elif self._depth == 2:
            self._within()
            if self._cells.keys() != set(NAMES):
                self._no_columns()
            self._done.append(Raw(self._line, {} if self._refusal else self._cells, self._refusal))
        self._depth -= 1

    def pi(self, target: str, text: str | None = None) -> None:
        """An instruction to some other program."""
        raise self.broken()

    def comment(self, text: str) -> None:
        """A remark, that could part a value: only between the reports."""
        if self._depth > 1:
            self._no_columns()

    def close(self) -> None:
        """The file is whole."""

    def declared(self, version: str, encoding: str | None, standalone: int) -> None:
        """A file that says that it is in another encoding than it is."""
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            raise self.broken()

    def look(self, fed: int) -> None:
        """After each piece: a report, or one token, that has no end within the bound."""
        if fed - self.place.CurrentByteIndex > MOST_LINE + PIECE:
            raise line_too_long(self.place.CurrentLineNumber)
        if self._depth > 1:
            self._within()

    def taken(self) -> Iterator[Raw]:
        """The rows that are whole."""
        while self._done:
            yield self._done.popleft()

    def broken(self) -> InputRefusal:
        """The refusal of a file that is no list of reports from here on."""
        return InputRefusal("KR-BESTAND-XML", line=self.place.CurrentLineNumber)

    def _within(self) -> None:
        if self.place.CurrentByteIndex - self._began > MOST_LINE:
            raise line_too_long(self._line)

    def _no_columns(self) -> None:
        self._refuse(InputRefusal("KR-BESTAND-KOLOMMEN", line=self._line, expected=EXPECTED))

    def _refuse(self, refusal: InputRefusal) -> None:
        self._refusal = self._refusal or refusal
