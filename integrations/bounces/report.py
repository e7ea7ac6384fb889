"""One delivery report (RFC 3464) in codes: about which mail of ours, and what became of it. Whatever the bytes."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from typing import Any

STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
REFERENCE = re.compile(r"(?<![A-Z0-9-])[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}(?![A-Z0-9-])")
ADDRESS = re.compile(r"[^\s;<>]+@[^\s;<>]+")
OUR_HEADER = "X-Ketenregie-Kenmerk"
OUR_HEADERS = (OUR_HEADER, "Message-ID", "In-Reply-To", "References", "Subject")
LONGEST = 200_000
"""Characters of one part that are looked through; a reference of ours stands in the headers or near them."""


@dataclass(frozen=True)
class Report:
    """`references` that occur in it, the likeliest first; `status` e.g. 5.1.1; `final`: the server gave up.

    `addresses` it is about, in small letters: to tell two channels of one person apart, never to keep or show.
    """

    references: tuple[str, ...]
    status: str
    final: bool
    addresses: frozenset[str] = field(default=frozenset(), repr=False)


def read_report(raw: bytes) -> Report | None:
    """The report in these bytes; None when they hold none, or none that can be understood. Never raises."""
    try:
        return _read(message_from_bytes(raw))
    except Exception:  # strangers' bytes: the parser of mail raises whatever it likes
        return None


def _read(mail: Message) -> Report | None:
    fates = list(_fates(mail))
    worst = max(fates, default=None, key=lambda fate: (fate.final, fate.status))
    references = tuple(dict.fromkeys(_references(mail))) if worst else ()
    if worst is None or not references:
        return None
    about = frozenset().union(*(fate.addresses for fate in fates if fate.final == worst.final))
    return Report(references, worst.status, worst.final, about)


def _fates(mail: Message) -> Iterator[Report]:
    """What became of each recipient: only failures and delays are news."""
    for part in mail.walk():
        blocks: Any = part.get_payload()
        if part.get_content_type() != "message/delivery-status" or not isinstance(blocks, list):
            continue
        for block in blocks:
            found = STATUS.match(str(block.get("Status", "")))
            action = str(block.get("Action", "")).strip().casefold()
            if found is None or action not in ("failed", "delayed", "") or found[1] == "2":
                continue
            final = action == "failed" or (not action and found[1] == "5")
            yield Report((), ".".join(found.groups()), final, frozenset(_addresses(block)))


def _addresses(block: Message) -> Iterator[str]:
    for name in ("Original-Recipient", "Final-Recipient"):
        yield from (address.casefold() for address in ADDRESS.findall(str(block.get(name, ""))))


def _references(mail: Message) -> Iterator[str]:
    """In our own header first, then in the headers that carry it too, then anywhere."""
    parts = list(mail.walk())
    for name in OUR_HEADERS:
        for part in parts:
            for value in part.get_all(name, []):
                yield from REFERENCE.findall(_plain(value))
    for part in parts:
        yield from REFERENCE.findall(_body(part)[:LONGEST])


def _plain(value: object) -> str:
    """A header as text, its encoded words decoded where that can be done."""
    text = str(value)
    with suppress(Exception):
        parts = decode_header(text)
        text = "".join(
            part.decode(code or "ascii", "replace") if isinstance(part, bytes) else part for part, code in parts
        )
    return text


def _body(part: Message) -> str:
    if part.is_multipart():
        return ""
    content = part.get_payload(decode=True)
    return content.decode("latin-1") if isinstance(content, bytes) else ""
