"""`ketenregie up`: the embedded default for one region, on this machine, until Ctrl-C."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlsplit

import typer

from deployments.demo import kustland
from deployments.embedded import run_embedded, stop_on_signals
from deployments.prefect_server import PREFERRED_PORT
from domain.errors import StateRefusal
from integrations.ledger import Ledger, current_ledger, settings_table
from integrations.policy_file import override_text
from integrations.region_file import Region, read_region
from integrations.settings import settings
from tasks.change_policy import change_policy
from tasks.ledger_clock import is_virtual
from tasks.make_ledger import make_ledger
from tasks.settle_restore import settle_restore
from tasks.sweep_deadlines import COMMAND, sweep_deadlines


def run_up() -> int:
    """Prepare the ledger and run until told to stop; 0 when it ended well. Raises a KetenregieError when it cannot."""
    prepare(current_ledger(), datetime.now(UTC))
    asyncio.run(_stay())
    return 0


def prepare(ledger: Ledger, now: datetime) -> None:
    """Tables up to date; the region and the policy of the settings loaded.

    Without a region in the settings the ledger keeps the one it has; a new ledger gets the synthetic region. What fell
    due while nothing ran is swept at once.
    """
    ledger.upgrade()
    if is_virtual(ledger):
        raise StateRefusal("KR-KLOK-PROEF")
    settle_restore(ledger, now)
    known = _setting(ledger, "region")
    if settings().region or not known:
        make_ledger(ledger, region_of_settings(), now)
    if path := settings().policy:
        text = override_text(path)
        if text != _setting(ledger, "policy"):
            change_policy(ledger, text, now)
    sweep_deadlines(ledger, now, door=COMMAND)


def region_of_settings() -> Region:
    """The region file of the settings, or the synthetic region Kustland."""
    if path := settings().region:
        return read_region(path)
    return kustland()


def wanted_port(ui_url: str) -> int:
    """The port of the UI as professionals know it, when it is on this machine; else Prefect's own."""
    address = urlsplit(ui_url)
    here = address.hostname in ("127.0.0.1", "localhost")
    return address.port if here and address.port else PREFERRED_PORT


async def _stay() -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    await run_embedded(settings().home, port=wanted_port(settings().ui_url), ready=_ready, stop=stop)
    typer.echo("Gestopt; er loopt niets meer.")


def _ready(url: str) -> None:
    typer.echo(f"Ketenregie staat aan. Prefect: {url}. Stoppen: Ctrl-C.")
    if urlsplit(url).port != urlsplit(settings().ui_url).port:
        typer.echo(f"Let op: berichten verwijzen naar {settings().ui_url}; zet KETENREGIE_UI_URL goed.", err=True)


def _setting(ledger: Ledger, name: str) -> str | None:
    with ledger.reading() as session:
        return settings_table.get(session, name)
