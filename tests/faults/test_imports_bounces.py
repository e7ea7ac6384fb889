"""Spoilt bounces: whatever a mail server sends back, reading it raises nothing, hangs nowhere and yields codes only."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import thread_time

from integrations.bounces import Report, read_mails, read_report
from tests.faults.imports_mutants import BYTES, CELLS, PERSONAL
from tests.faults.tier import SEED, chance, scaled

Say = Callable[[str, object], None]

REFERENCE = "BKXF-TRQW"
CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
OURS = re.compile(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}")
LINES = (
    "From: MAILER-DAEMON@mx.voorbeeld.example",
    "Subject: =?utf-8?b?T25iZXN0ZWxiYWFy?=",
    "MIME-Version: 1.0",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=grens",
    "",
    "--grens",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "Uw bericht kon niet worden bezorgd.",
    "--grens",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.voorbeeld.example",
    "",
    "Final-Recipient: rfc822; vt-101@werk.example",
    "Action: failed",
    "Status: 5.1.1",
    "Diagnostic-Code: smtp; 550 5.1.1 unknown",
    "",
    "--grens",
    "Content-Type: message/rfc822",
    "",
    f"X-Ketenregie-Kenmerk: {REFERENCE}",
    f"Subject: Taak VB [{REFERENCE}]",
    "",
    "Tekst",
    "--grens--",
    "",
)
HEADERS = ("Content-Type", "Content-Transfer-Encoding", "Status", "Action", "Final-Recipient", "Subject", "From")
VALUES = (
    *(
        "multipart/report; boundary=" + "x" * 300,
        "message/delivery-status",
        "message/rfc822",
        "text/plain; charset=utf-99",
    ),
    *(
        "base64",
        "uuencode",
        "8bit",
        "=?utf-8?q?=ff=fe?=",
        "=?x?b?!!!?=",
        "5.1.1 " * 50,
        "9.9.9",
        "-5.1.1",
        "fail\u0000ed",
    ),
)


def spoilt(rng: Random) -> bytes:
    """A bounce with lines left out, doubled, replaced or nested, and then some bytes."""
    lines = list(LINES)
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(lines))
        match rng.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, rng.choice(lines))
            case 2:
                lines[at] = f"{rng.choice(HEADERS)}: {rng.choice((*VALUES, *CELLS))}"
            case 3:
                lines[at] = rng.choice(PERSONAL) * rng.randint(1, 50)
            case 4:
                lines[at:at] = list(LINES) * rng.randint(1, 20)
    data = rng.choice(("\n", "\r\n", "\r")).join(lines).encode(rng.choice(("utf-8", "utf-16")), "replace")
    for _ in range(rng.randint(0, 3)):
        data = rng.choice(BYTES)(data, rng) if data else data
    return data


def only_codes(report: Report) -> bool:
    """References and a status of the right shape, and addresses that printing it does not show."""
    shapes = all(OURS.fullmatch(reference) for reference in report.references) and CODE.fullmatch(report.status)
    return bool(shapes) and "@" not in repr(report)


def test_no_spoilt_bounce_raises_hangs_or_says_more_than_codes(record_property: Say) -> None:
    rng, understood, slowest, number = chance("bounces"), 0, 0.0, scaled(300, 20_000)
    good = read_report("\n".join(LINES).encode())
    assert good is not None
    assert (good.references, good.status, good.final) == ((REFERENCE,), "5.1.1", True)
    for _ in range(number):
        data, began = spoilt(rng), thread_time()
        report = read_report(data)
        slowest = max(slowest, thread_time() - began)
        understood += report is not None
        assert report is None or only_codes(report)
    figures = {"mails": number, "escapes": 0, "understood": understood, "slowest_ms": round(1000 * slowest, 1)}
    record_property("said", f"spoilt bounces: {json.dumps(figures | {'seed': SEED})}")
    assert 0 < understood < number
    assert slowest < 2


def test_a_bounce_of_ten_megabytes_is_read_within_two_seconds(tmp_path: Path) -> None:
    monsters = (
        b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n" * 500_000,
        b"Subject: " + b"=?utf-8?b?" * 500_000,
        b"From: x\n" * 1_000_000,
        "\n".join(LINES).encode().replace(b"Tekst", b"BKXF-TRQ" * 1_000_000),
        b"Content-Type: message/rfc822\n\n" * 20_000,
    )
    for number, data in enumerate(monsters):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(data)
        began = thread_time()
        read = [read_report(mail) for mail in read_mails(path)]
        assert len(read) == 1
        assert thread_time() - began < 2
