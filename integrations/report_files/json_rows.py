"""The rows of a JSON file: a list of objects. Each object is cut out by itself, so no depth and no length can hurt."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any

from domain.errors import InputRefusal
from integrations.report_files.guards import MOST_LINE, Raw, line_too_long
from integrations.report_files.layout import EXPECTED, NAMES

MEMBER = frozenset({"sleutel", "rol", "geboortejaar"})
MOST_DEPTH = 8  # a good report has three; some more so that a wrong value is refused by its column

# A string that does not close runs to the end, so that no byte is looked at twice.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_SPACE = re.compile(rb"[^ \t\r\n]|\Z")
_STEP = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}


class _Cutter:
    """Walks over the bytes of the file and keeps count of the lines."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
        self.line, self._counted = 1, 0

    def next_sign(self) -> bytes:
        """Move to the next sign that is no space and return it; empty at the end."""
        found = _SPACE.search(self.data, self.place)
        self.place = found.start() if found else len(self.data)
        self.line += self.data.count(b"\n", self._counted, self.place)
        self._counted = self.place
        return self.data[self.place : self.place + 1]

    def take(self, *signs: bytes) -> bytes:
        """Move past one of these signs."""
        sign = self.next_sign()
        if sign not in signs:
            raise self.broken()
        self.place += 1
        return sign

    def take_object(self) -> bytes:
        """Move past one whole object and return it."""
        if self.next_sign() != b"{":
            raise self.broken()
        start, depth = self.place, 0
        for token in _TOKEN.finditer(self.data, start, start + MOST_LINE):
            depth += _STEP.get(token[0], 0)
            if depth > MOST_DEPTH:
                raise self.broken()
            if depth == 0:
                self.place = token.end()
                return self.data[start : self.place]
        raise line_too_long(self.line) if len(self.data) > start + MOST_LINE else self.broken()

    def broken(self) -> InputRefusal:
        """The refusal of a file that is no list of reports from here on."""
        return InputRefusal("KR-BESTAND-JSON", line=self.line)


def json_rows(data: bytes) -> Iterator[Raw]:
    """The objects of the list, each with the line it starts on. The bytes are known to be UTF-8."""
    cutter = _Cutter(data)
    if not cutter.next_sign():
        return
    cutter.take(b"[")
    sign = cutter.take(b"]") if cutter.next_sign() == b"]" else b","
    while sign == b",":
        text = cutter.take_object().decode()
        yield _row(text, cutter.line, cutter)
        sign = cutter.take(b",", b"]")
    if cutter.next_sign():
        raise cutter.broken()


def _row(text: str, line: int, cutter: _Cutter) -> Raw:
    try:
        found = json.loads(text, object_pairs_hook=_once_each)
        if set(found) != set(NAMES):
            raise InputRefusal("KR-BESTAND-KOLOMMEN", line=line, expected=EXPECTED)
        return Raw(line, {name: _cell(name, value) for name, value in found.items()})
    except InputRefusal as refusal:
        return Raw(line, {}, refusal)
    except ValueError:
        raise cutter.broken() from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; with a name twice it becomes an empty one, which is refused."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else {}


def _cell(name: str, value: object) -> str:
    """The value as the cell of a CSV file would hold it."""
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nee"
        case str() if name != "gezinsleden":
            return value
        case int():
            return str(value)
        case list() if name == "gezinsleden":
            return " ".join(_member(name, member) for member in value)
    raise InputRefusal("KR-RIJ-WAARDE", field=name)


def _member(name: str, member: object) -> str:
    """`A:kind:2012`; a key or role with anything but letters could pass for two members."""
    if isinstance(member, dict) and MEMBER.issuperset(member):
        key, role, year = str(member.get("sleutel")), str(member.get("rol")), member.get("geboortejaar")
        if key.isalpha() and role.isalpha() and (year is None or type(year) is int):
            return f"{key}:{role}:{'' if year is None else year}"
    raise InputRefusal("KR-RIJ-GEZIN", field=name)
