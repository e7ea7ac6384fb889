"""Ways to spoil a file of reports: by bytes, by cells, and as a whole."""

import gzip
import json
import zlib
from collections.abc import Callable
from random import Random

from tests.faults.imports_seeds import Seed

PERSONAL = (
    "Jansen-Kwetterveen",
    "a.kwetterveen@voorbeeld.example",
    "06-12345678",
    "123456782",
    "Kwetterlaan 12, 1234 AB Kwetterstad",
    "13-02-1957",
    "moeder is bang voor opa",
)
DATES = (
    "2026-02-30T10:00",
    "2026-00-00T00:00",
    "2026-13-01T10:00",
    "26-04-20T10:00",
    "2027-02-29T10:00",
    "2028-02-29T10:00",
    "2026-03-29T02:30",
    "2026-10-25T02:30",
    "2026-04-20T24:00",
    "2026-04-20T10:00+99:99",
    "0001-01-01T00:00",
    "9999-12-31T23:59:59-14:00",
    "20 april 2026",
    "1e9",
)
CELLS = (
    *PERSONAL,
    *DATES,
    *(
        "=cmd|' /C calc'!A0",
        "+1",
        "@SUM(A1)",
        "-1",
        "=HYPERLINK()",
        "&lt;x&gt;",
        "<!ENTITY a 'b'>",
        "%s%n",
        "${x}",
        "{0}",
    ),
    *(
        "A:kind:2012 A:kind:2012",
        "A:kind:0000",
        "A:kind:99999",
        "Z",
        "A::",
        "a:kind:",
        "A:kind:2012 " * 60,
        "nan",
        "Infinity",
    ),
    *(
        "",
        " ",
        "\u0000",
        "\u202e",
        "\u0663",
        "é" * 20,
        "x" * 2000,
        "🙂",
        "\ud7ff",
        "ja",
        "Ja ",
        "JA",
        "true",
        "null",
        "0",
        "9",
        "10",
    ),
)
TOKENS = (
    *(b";", b",", b'"', b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xfe\xff"),
    *(b"{", b"}", b"[", b"]", b"\\", b":", b"\\u0000", b"\\ud800", b"null", b"-1", b"1e999", b"[" * 300, b" " * 300),
    *(b"=1", b"--", b"/*", b"<?xml?>", b"PK\x03\x04", b"\x1f\x8b"),
)
Whole = Callable[[bytes, Random], bytes]


def _twice(data: bytes, rng: Random) -> bytes:
    at, size = rng.randrange(len(data)), rng.randint(1, 400)
    return data[:at] + data[at : at + size] + data[at:]


def _cut(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randint(1, 200) :]


def _put(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(TOKENS) + data[at:]


def _over(data: bytes, rng: Random) -> bytes:
    at, some = rng.randrange(len(data)), rng.randbytes(rng.randint(1, 3))
    return data[:at] + some + data[at + len(some) :]


def _bit(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _swapped(data: bytes, rng: Random) -> bytes:
    lines = data.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


BYTES: tuple[Whole, ...] = (_put, _over, _cut, _twice, _bit, _swapped)
WHOLE: tuple[Whole, ...] = (
    lambda data, rng: b"\xef\xbb\xbf" + data,
    lambda data, rng: b"\xef\xbb\xbf" * 2 + data,
    lambda data, rng: data.decode().encode(rng.choice(["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])),
    lambda data, rng: data.replace(b"e", "é".encode("latin-1"), 3),
    lambda data, rng: data.replace(b"\n", b"\r\n"),
    lambda data, rng: data.replace(b"\n", b"\r"),
    lambda data, rng: data.replace(b";", b"\t"),
    lambda data, rng: data.replace(b";", b","),
    lambda data, rng: data.replace(b"\n", b"\0"),
    lambda data, rng: gzip.compress(data, 1),
    lambda data, rng: zlib.compress(bytes(100_000)),
    lambda data, rng: data[: rng.randrange(len(data))],
    lambda data, rng: data[rng.randrange(len(data)) :],
    lambda data, rng: data + data,
    lambda data, rng: b"",
    lambda data, rng: rng.randbytes(rng.randint(1, 300)),
)


def mutant(seed: Seed, rng: Random) -> bytes:
    """The file, spoilt in one to four ways."""
    kind = rng.random()
    if kind < 0.04:
        return rng.choice(WHOLE)(seed.data, rng)
    data = _cells(seed, rng) if kind < 0.5 else seed.data
    for _ in range(rng.randint(0 if kind < 0.5 else 1, 3)):
        data = rng.choice(BYTES)(data, rng) if data else data
    return data


def _cells(seed: Seed, rng: Random) -> bytes:
    """One or two cells or names of columns replaced, one left out, or one there twice."""
    return {".csv": _csv_cell, ".json": _json_value, ".xml": _xml_element}[seed.suffix](seed.data, rng)


def _csv_cell(data: bytes, rng: Random) -> bytes:
    lines = data.decode().rstrip("\n").split("\n")
    row = 0 if rng.random() < 0.1 else rng.randrange(len(lines))
    cells = lines[row].split(";")
    for _ in range(rng.randint(1, 2)):
        cells[rng.randrange(len(cells))] = rng.choice(CELLS)
    if rng.random() < 0.1:
        cells.insert(rng.randrange(len(cells)), rng.choice(cells))
    lines[row] = ";".join(cells)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _json_value(data: bytes, rng: Random) -> bytes:
    rows = json.loads(data)
    row = rng.choice(rows)
    for _ in range(rng.randint(1, 2)):
        row[rng.choice(list(row))] = rng.choice((*CELLS, None, True, 5, 1.5, [], {}, [[]], {"a": {}}, 10**30))
    if rng.random() < 0.1:
        del row[rng.choice(list(row))]
    if rng.random() < 0.1:
        row["gezinsleden"] = [{"sleutel": "A", "rol": rng.choice(CELLS), "geboortejaar": rng.choice((None, -1, "x"))}]
    text = json.dumps(rows, ensure_ascii=rng.random() < 0.5)
    twice = text.replace('"bron":', '"bron": "X", "bron":', 1) if rng.random() < 0.05 else text
    return twice.encode("utf-8", "surrogatepass")


ODD_XML = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
    '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]>',
    '<?xml-stylesheet href="http://127.0.0.1:9/x"?>',
    "<?php echo 1 ?>",
    "<!-- Kwetterveen -->",
    "<![CDATA[Kwetterveen]]>",
    "<![CDATA[<melding>]]>",
    '<x:melding xmlns:x="urn:kwetterveen"/>',
    "<x:melding/>",
    "&e;",
    "&#0;",
    "&#xD800;",
    "&#x4B;wetterveen",
    "&lt;melding&gt;",
    "<bron>Kwetterveen</bron>",
    "<Kwetterveen/>",
    "<bron" + " " * 300 + "/>",
    "<a>" * 300,
    "<a>" * 9 + "</a>" * 9,
    ' kwetterveen="1"',
    ' xmlns="urn:kwetterveen"',
    ' xsi:nil="true"',
)
HEADS = (
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<?xml version="1.0" encoding="ISO-8859-1"?>',
    '<?xml version="1.0" encoding="utf-7"?>',
    '<?xml version="1.0" encoding="Kwetterveen"?>',
    '<?xml version="1.1"?>',
    '<?xml version="1.0" standalone="yes"?>',
    "",
)


def _xml_element(data: bytes, rng: Random) -> bytes:
    """One or two values replaced, something odd put in, another head, or an element left out."""
    lines = data.decode().split("\n")
    for _ in range(rng.randint(1, 2)):
        row = rng.randrange(3, len(lines) - 3)
        name = lines[row].strip().partition(">")[0].strip("</")
        lines[row] = f"  <{name}>{rng.choice(CELLS)}</{name}>"
    kind = rng.random()
    if kind < 0.5:
        row = rng.randrange(len(lines))
        at = rng.choice((0, len(lines[row]), *(place for place, sign in enumerate(lines[row]) if sign in "<>")))
        lines[row] = lines[row][:at] + rng.choice(ODD_XML) + lines[row][at:]
    elif kind < 0.6:
        lines[0] = rng.choice(HEADS)
    elif kind < 0.7:
        del lines[rng.randrange(len(lines))]
    return "\n".join(lines).encode("utf-8", "surrogatepass")
