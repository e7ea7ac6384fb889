"""A region that runs as `ketenregie up` starts it, in a process of its own, and a browser to look at it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from deployments.demo import kustland
from deployments.mail_catcher import MailCatcher
from deployments.prefect_server import free_port
from domain.reports import IncomingPerson, IncomingReport
from domain.terms import at_hour, local_date, working_days_before
from integrations.ledger import Actor, Ledger
from integrations.ledger.policy import policy_of
from tasks.load_region import load_region
from tasks.receive_report import receive
from tasks.record_answer import record_answer
from tests.prefect_tables import PrefectTables

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 120


@dataclass(frozen=True)
class Running:
    """A region at work: the address of its UI, its ledger, and the case whose assessment is late."""

    url: str
    ledger: Ledger
    reference: str


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, prefect_tables: PrefectTables) -> Iterator[Running]:
    """`ketenregie up` on a ledger with one late assessment: one child was heard, the other not yet."""
    home = tmp_path_factory.mktemp("regio")
    prefect_tables.lend(home)
    ledger = Ledger(f"sqlite:///{home / 'ketenregie.sqlite'}")
    ledger.upgrade()
    reference = _late_assessment(ledger)
    with MailCatcher(home / "mail") as mailbox:
        url = f"http://127.0.0.1:{free_port(0)}"
        chosen = {"HOME": str(home), "UI_URL": url, "MAIL_PORT": str(mailbox.port)}
        env = os.environ | {f"KETENREGIE_{name}": value for name, value in chosen.items()}
        command = [sys.executable, "-m", "deployments", "up"]
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            _wait_until_up(process)
            yield Running(url, ledger, reference)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=300)
            ledger.dispose()


def _wait_until_up(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "staat aan" in line:
            return
    pytest.fail("".join(said))


def _late_assessment(ledger: Ledger) -> str:
    """A report of eight working days ago, assessed but for one child."""
    now = datetime.now(UTC)
    load_region(ledger, kustland(), now - timedelta(days=30))
    with ledger.reading() as session:
        calendar = policy_of(session).calendar()
    received = at_hour(working_days_before(local_date(now), 8, calendar), 9)
    members = (("A", "adult", 1987), ("B", "child", 2014), ("C", "child", 2018))
    report = IncomingReport(
        source="POL-KUST",
        number="UI-1",
        received_at=received,
        channel="file",
        reporter_class="police",
        disclosure="open",
        concern="child_abuse",
        municipality="DUINWIJK",
        household="HH-UI-1",
        persons=tuple(IncomingPerson(key=key, role=role, birth_year=year) for key, role, year in members),
        accepted_by="VT-911",
    )
    with ledger.unit_of_work(now=received, actor=Actor("VT-911", "vt_on_call", "test")) as uow:
        reference = receive(uow, report, received).case_reference
    answers: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("002", "VT-911", {"outcome": "not_acute"}),
        ("003", "VT-101", {"earlier_reports": 1, "register": "no_match", "outcome": "first"}),
        ("006", "VT-101", {"informed_A": "phone", "outcome": "informed"}),
        ("004", "VT-101", {"heard_A": "yes", "heard_B": "alone"}),
    )
    for hours, (number, by, given) in enumerate(answers, 1):
        moment = received + timedelta(hours=hours)
        record_answer(ledger, f"{reference}.{number}", given, by, door="test", now=moment)
    return reference


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of Debian's Chromium."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        context = browser.new_context(
            viewport={"width": 1400, "height": 1000}, locale="nl-NL", timezone_id="Europe/Amsterdam"
        )
        context.set_default_timeout(120_000)
        yield context.new_page()
        browser.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where the screenshots are kept: `test-screenshots/` beside the project, or KETENREGIE_SCREENSHOTS."""
    folder = Path(os.environ.get("KETENREGIE_SCREENSHOTS", "test-screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
