"""What `ketenregie doctor` looks at: Python, pinned libraries, the ledger, the mail server, Prefect and partners."""

import re
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from deployments.cli.partner_checks import partner_checks
from deployments.cli.prefect_checks import prefect_checks
from domain.errors import KetenregieError
from integrations.ledger import Ledger
from integrations.ledger.contacts import address_book
from integrations.mail.sender import MAIL
from integrations.reachable import relay_answers
from integrations.settings import settings
from tasks.examine_ledger import Check, examine_ledger

PYTHON = ((3, 11), (3, 15))
PINS = {
    "prefect": ("3.8.8", "3.9"),
    "sqlalchemy": ("2.0.50", "2.1"),
    "fastapi": ("0.139", "0.151"),
    "apprise": ("1.13.1", "2"),
    "sqlmodel": ("0.0.50", "0.0.51"),
    "httpx": ("0.28.1", "0.29"),
}
"""From and below: outside these ranges something is known to break (docs/decisions)."""

INSTALL = "Installeer opnieuw met de versies uit requirements.lock."


def all_checks(ledger: Ledger, now: datetime) -> list[Check]:
    """Every check, in the order in which to mend them."""
    return [
        _python(sys.version_info[:2]),
        Check("ketenregie", "ok", installed("ketenregie")),
        *_libraries(),
        *_ledger(ledger, now),
        *_outside(ledger, now),
        *partner_checks(ledger, now),
    ]


def _python(here: tuple[int, ...]) -> Check:
    found = ".".join(map(str, here))
    low, high = PYTHON
    if low <= here < high:
        return Check("Python", "ok", found)
    return Check("Python", "fail", found, "Gebruik Python 3.11 tot en met 3.14.")


def _libraries() -> Iterator[Check]:
    for name, (low, high) in PINS.items():
        found = installed(name)
        good = found and numbers(low) <= numbers(found) < numbers(high)
        yield Check(name, "ok" if good else "fail", found or "niet gevonden", "" if good else INSTALL)


def installed(name: str) -> str:
    """The version of a library, '' when it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def numbers(text: str) -> tuple[int, ...]:
    """The leading numbers of a version: 3.8.8 → (3, 8, 8)."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def _ledger(ledger: Ledger, now: datetime) -> list[Check]:
    try:
        return examine_ledger(ledger, now)
    except KetenregieError as error:
        return [Check("database", "fail", f"{error.code}: {error.sentence}", error.next_step)]


def _outside(ledger: Ledger, now: datetime) -> Iterator[Check]:
    known = settings()
    yield _mail(ledger)
    if known.alarm.get_secret_value():
        yield Check("alarm", "ok", "ingesteld")
    else:
        yield Check(
            "alarm", "warn", "niet ingesteld", "Zet KETENREGIE_ALARM; anders hoort niemand dat alles stilstaat."
        )
    yield from prefect_checks(known.ui_url, now)


def _mail(ledger: Ledger) -> Check:
    """A region in which everybody is reached by another way needs no mail server."""
    known = settings()
    if relay_answers(known.mail_host, known.mail_port, known.mail_security):
        return Check("mail", "ok", "bereikbaar")
    if not _mail_is_used(ledger):
        return Check("mail", "ok", "niet gebruikt")
    mend = "Controleer KETENREGIE_MAIL_HOST, _PORT en _SECURITY; berichten wachten tot de server er weer is."
    return Check("mail", "fail", "geen antwoord", mend)


def _mail_is_used(ledger: Ledger) -> bool:
    """True when somebody is reached by it, or when that cannot be told."""
    try:
        with ledger.reading() as session:
            channels = address_book(session).channels
    except KetenregieError:
        return True
    used = [channel for listed in channels.values() for channel in listed]
    return not used or any(channel.startswith(MAIL) for channel in used)
