"""`ketenregie demo`: everything on one machine with a synthetic region, until Ctrl-C; then nothing is left behind."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from prefect.deployments.flow_runs import arun_deployment
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deployments.demo.check import Finding, check_demo
from deployments.demo.load import load_demo
from deployments.embedded import run_embedded, stop_on_signals
from deployments.mail_catcher import MailCatcher
from deployments.prefect_server import PREFERRED_PORT, free_port
from domain.errors import KetenregieError
from flows.clock import now
from flows.clockwork.board import board
from flows.clockwork.deliver import deliver
from flows.clockwork.sweep import sweep
from integrations.ledger import Ledger, current_ledger
from integrations.partners import partners
from integrations.senders import sender
from integrations.settings import settings
from tasks.read_board import read_board
from tasks.settle_outbox import settle_outbox

FIRST_ROUNDS = tuple(f"{flow.name}/{flow.fn.__name__}" for flow in (sweep, deliver, board))
SETTLE_SECONDS = 12.0


def run_demo(check: bool = False, keep: bool = False) -> int:
    """Run the demo; 0 when it ended well. `check` verifies it and stops; `keep` leaves its folder where it is."""
    console = Console(soft_wrap=True, highlight=False)
    home = Path(tempfile.mkdtemp(prefix="ketenregie-demo-"))
    try:
        with MailCatcher(home / "mail") as mailbox:
            port = free_port(PREFERRED_PORT)
            _settle_in(home, mailbox.port, port)
            ledger = current_ledger()
            ledger.upgrade()
            cases = _load(console, ledger)
            return asyncio.run(_stay(console, ledger, home, port, cases, check))
    except KetenregieError as error:
        console.print(f"[red]{error}[/]")
        return error.exit_status
    finally:
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


def _settle_in(home: Path, mail_port: int, port: int) -> None:
    """The demo is an installation of its own: its settings come from the environment like any other's."""
    chosen = {"HOME": home, "MAIL_HOST": "127.0.0.1", "MAIL_PORT": mail_port, "UI_URL": f"http://127.0.0.1:{port}"}
    os.environ.update({f"KETENREGIE_{name}": str(value) for name, value in chosen.items()})
    for name in (
        "DATABASE",
        "REGION",
        "POLICY",
        "MAIL_SECURITY",
        "MAIL_USER",
        "MAIL_PASSWORD",
        "MAIL_FROM",
        "CHANNELS",
        "PARTNERS",
        "SECRETS",
    ):
        os.environ.pop(f"KETENREGIE_{name}", None)
    settings.cache_clear()
    partners.cache_clear()


def _load(console: Console, ledger: Ledger) -> int:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("Regio Kustland laden", total=None)
        moment = now()
        cases = load_demo(ledger, sender(), moment, _teller(progress, bar))
        settle_outbox(ledger, moment)
    return cases


def _teller(progress: Progress, bar: object) -> Callable[[int, int], None]:
    return lambda done, of: progress.update(bar, completed=done, total=of)  # type: ignore[arg-type]


async def _stay(console: Console, ledger: Ledger, home: Path, port: int, cases: int, check: bool) -> int:
    """Run until Ctrl-C, or until the check is done."""
    stop, began = asyncio.Event(), now()
    stop_on_signals(stop)
    outcome: list[int] = []

    async def at_work(url: str) -> None:
        try:
            for name in FIRST_ROUNDS:
                await arun_deployment(name, timeout=0, as_subflow=False)
            if check:
                await asyncio.sleep(SETTLE_SECONDS)
                outcome.append(_report(console, await check_demo(url, ledger, home / "mail")))
        finally:
            if check:
                stop.set()

    jobs: list[asyncio.Task[None]] = []

    def ready(url: str) -> None:
        console.print(_welcome(url, ledger, home, cases, began))
        jobs.append(asyncio.create_task(at_work(url)))

    console.print("Prefect starten …")
    await run_embedded(home, port=port, ready=ready, stop=stop)
    for job in jobs:
        await job
    console.print("Gestopt; er loopt niets meer.")
    return outcome[0] if check and outcome else int(check)


def _welcome(url: str, ledger: Ledger, home: Path, cases: int, began: datetime) -> str:
    seen = read_board(ledger, began)
    command = f"KETENREGIE_HOME={home} {Path(sys.executable).with_name('ketenregie')}"
    link = f"{url}/runs?type=span&seconds=-31536000&tag=te-laat&state=Suspended"
    return f"""
[bold]Ketenregie staat klaar: regio Kustland, {cases} zaken, {seen.late_count} stappen te laat, {seen.acute} acuut.[/]

  Prefect              {url}
  Te laat              {link}
  Formulier            open een run en kies [bold]Resume[/]; vastgelegd door bijvoorbeeld VT-911 of VT-101
  Overzicht            {url}/artifacts/key/overzicht
  Zaken                {command} case list --late --by VT-209
  Berichten            {command} messages list
  Postbus              {home / "mail"} (een bestand per bericht)

De eerste minuut verschijnen de runs een voor een. Stoppen: Ctrl-C; daarna is alles weg.
"""


def _report(console: Console, findings: list[Finding]) -> int:
    for finding in findings:
        mark = "[green]goed[/]" if finding.good else "[red]FOUT[/]"
        console.print(f"  {mark}  {finding.what:<28} {finding.seen}")
    good = all(finding.good for finding in findings)
    console.print("[green]De demo klopt.[/]" if good else "[red]De demo klopt niet.[/]")
    return 0 if good else 1
