"""Monstrous files, read in a process of its own so that its memory can be measured: prints one line of JSON."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import thread_time

from domain.errors import Refusal
from integrations.report_files import read_reports
from tests.faults.imports_seeds import NOW, known, seeds
from tests.faults.memory import peak_megabytes

TEN = 10**7


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meldingen.csv", bytes(TEN))
    return packed.getvalue()


def monsters() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """A suffix, and how to make the file; made one by one."""
    csv, js, xml = seeds()[0].data, seeds()[59].data, seeds()[-1].data
    head = csv.split(b"\n")[0]
    yield ".csv", lambda: csv + b"x" * TEN
    yield ".csv", lambda: csv + b'"' * TEN
    yield ".csv", lambda: csv + b";" * TEN
    yield ".csv", lambda: csv + b"\n" * TEN
    yield ".csv", lambda: csv + b"1;2\n" * 10**6
    yield ".csv", lambda: head + b"\n" + csv.split(b"\n")[1][:40] * 10**6
    yield ".csv", lambda: head + b";extra" * 10**6
    yield ".csv", _bomb
    yield ".csv", lambda: b"x" * (50 * 1024**2 + 1)
    yield ".json", _bomb
    yield ".json", lambda: b"[" * 10_000 + b"]" * 10_000
    yield ".json", lambda: b'[{"a":' * 10_000
    yield ".json", lambda: b"[" + b"{}," * 10**6 + b"{}]"
    yield ".json", lambda: b'[{"bron": "' + b"x" * TEN + b'"}]'
    yield ".json", lambda: b'[{"bron": "' + b'\\"' * (TEN // 2)
    yield ".json", lambda: b"[" + b"9" * TEN + b"]"
    yield ".json", lambda: js.rstrip(b"]\n ") + b", " * TEN
    yield ".json", lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "&b;&b;">]><x>&a;</x>' * 10**5
    yield ".xml", _bomb
    yield ".xml", lambda: LAUGHS + b"<meldingen><melding><bron>&i;</bron></melding></meldingen>"
    yield ".xml", lambda: b'<!DOCTYPE x [<!ENTITY a "' + b"x" * TEN + b'">]><meldingen>&a;</meldingen>'
    yield ".xml", lambda: b"<meldingen>" + b"<melding>" * 10**6
    yield ".xml", lambda: b"<meldingen>" + b"<melding/>" * 10**6 + b"</meldingen>"
    yield ".xml", lambda: b"<meldingen><melding><bron>" + b"x" * TEN + b"</bron></melding></meldingen>"
    yield ".xml", lambda: b'<meldingen a="' + b"x" * TEN + b'"/>'
    yield ".xml", lambda: b"<meldingen><" + b"x" * TEN
    yield ".xml", lambda: b"<meldingen><!--" + b"x" * TEN
    yield ".xml", lambda: b"<meldingen><melding>" + b"<a/>" * (TEN // 4)
    yield ".xml", lambda: b"<meldingen" + b"".join(b" a%d=''" % number for number in range(10**6)) + b"/>"
    yield ".xml", lambda: b" " * TEN
    yield ".xml", lambda: xml.replace(b"</meldingen>", b" " * 5 * TEN)


LAUGHS = (
    b"<!DOCTYPE x ["
    + b'<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b"]>"
)


def main() -> dict[str, object]:
    """Read them all."""
    refused, slowest, all_of_them = 0, 0.0, list(monsters())
    with TemporaryDirectory() as folder:
        for suffix, make in all_of_them:
            path = Path(folder) / f"meldingen{suffix}"
            path.write_bytes(make())
            began = thread_time()
            try:
                refused += not read_reports(path, now=NOW, known=known()).reports
            except Refusal:
                refused += 1
            slowest = max(slowest, thread_time() - began)
    megabytes = peak_megabytes()
    return {"monsters": len(all_of_them), "refused": refused, "slowest_s": round(slowest, 2), "megabytes": megabytes}


if __name__ == "__main__":
    print(json.dumps(main()))
