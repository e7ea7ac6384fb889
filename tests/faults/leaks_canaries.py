"""Canaries: data of people who do not exist, unmistakable in whatever disguise they turn up.

Each word canary holds MARK or its form with a diacritic, then the field it was put in and a number, as in
`Qanarie-F07-0012`. Numbers begin in a way no other number here does. `found_in` finds them all, in every disguise.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import Header
from quopri import encodestring
from urllib.parse import quote

MARK, ACCENT = "Qanarie", "Qanarië"
PHONE, CITIZEN, BORN, POSTCODE = "0697733", "99731", "-02-1931", "9973 QX"


@dataclass(frozen=True)
class Hit:
    """Where something was found: a place (`ledger:case_file.household`), and of which field it was ('' unknown)."""

    place: str
    field: str


def citizen_number(number: int) -> str:
    """A number of nine digits that passes the eleven test and that begins as no number of ours."""
    for last in range(10_000):
        digits = f"{CITIZEN}{(number * 37 + last) % 10_000:04d}"
        weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
        if sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 == 0:
            return digits
    raise AssertionError


@dataclass
class Canaries:
    """Makes them, each one unlike the others."""

    made: int = 0
    fields: set[str] = field(default_factory=set)

    def _next(self, of: str) -> str:
        self.made += 1
        self.fields.add(of)
        return f"{of}-{self.made:04d}"

    def code(self, of: str) -> str:
        """What passes for a code, so that every door lets it in."""
        return f"{MARK}-{self._next(of)}"

    def disguises(self, of: str) -> Iterator[str]:
        """The twelve disguises and some more, for a door that takes text."""
        name, number = f"{MARK}-{self._next(of)}", self.made
        accent = f"{ACCENT}-{self._next(of)}"
        yield from (f"Jan {name}", name.upper(), name.lower(), accent, f"familie {accent}")
        yield from (f"{name}@voorbeeld.example", f"{PHONE}{number % 1000:03d}", citizen_number(number))
        yield from (f"Dorpsstraat 3, {POSTCODE} {name}", f"1{number % 9 + 1}{BORN}", f"{name} is bang voor opa")
        yield from (f"{name}.csv", quote(accent), base64.b64encode(name.encode()).decode())
        yield from (encodestring(accent.encode()).decode().strip(), Header(accent, "utf-8").encode())
        yield f"ValueError: {name}"


def _base64_cores(text: str) -> Iterator[bytes]:
    """What stands in the middle of this text's base64, at each of the three places it may begin."""
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + text.encode() + bytes(3))
        yield coded[-(-8 * shift // 6) : 8 * (shift + len(text.encode())) // 6]


def _hidden() -> Iterator[bytes]:
    """The beginning of the mark in every disguise that hides it from a plain search."""
    for stem in STEMS:
        yield from (stem.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"))
        yield from _base64_cores(stem)
        yield from (stem.encode().hex().encode(), stem.encode().hex().upper().encode())
        yield from (stem[:cut].encode() + b"=" + end + stem[cut:].encode() for cut in range(1, 6) for end in LINE_ENDS)
    yield from _base64_cores(PHONE)
    yield from (PHONE.encode("utf-16-le"), BORN.encode("utf-16-le"), POSTCODE.encode())


STEMS = (MARK[:-1], MARK[:-1].upper(), MARK[:-1].lower())
LINE_ENDS = (b"\n", b"\r\n")
HIDDEN = tuple(dict.fromkeys(_hidden()))
PLAIN = re.compile(rb"(?i:qanari)(?:(?:[Ee]|\xc3\xab|\xc3\x8b)-([A-Za-z]\w*)-\d{4})?")
NUMBERS = (
    (PHONE.encode(), re.compile(rb"(?<!\d)" + PHONE.encode() + rb"\d{3}(?!\d)")),
    (CITIZEN.encode(), re.compile(rb"(?<![\d.])" + CITIZEN.encode() + rb"\d{4}(?!\d)")),
    (BORN.encode(), re.compile(rb"(?<!\d)1\d" + BORN.encode() + rb"(?!\d)")),
)


def found_in(data: bytes) -> set[str]:
    """The fields of the canaries in these bytes; '' for one in a disguise that hides its field."""
    plain = any(stem.encode() in data for stem in STEMS)
    fields = {told[1].decode().upper() if told[1] else "" for told in PLAIN.finditer(data)} if plain else set()
    hidden = any(needle in data for needle in HIDDEN)
    numbers = any(begin in data and number.search(data) for begin, number in NUMBERS)
    return fields | ({""} if hidden or numbers else set())
