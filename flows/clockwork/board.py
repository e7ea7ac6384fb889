"""Board: every quarter of an hour, the region at a glance as Prefect artifacts. Codes and references only."""

from datetime import timedelta

from prefect import State
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.client.orchestration import PrefectClient

from domain.dutch import amount
from domain.terms import local_date
from flows.account_text import markdown
from flows.board_text import failed_rows, late_rows, monitoring_rows, overview
from flows.clock import now
from flows.rounds import clockwork, one_round
from integrations.ledger import Ledger
from integrations.settings import settings
from tasks.account_day import account_day
from tasks.read_board import read_board


@clockwork("Overzicht bijwerken")
async def board() -> State[None]:
    """Zet het overzicht van de regio klaar onder Artifacts."""
    return await one_round(work)


async def work(_: PrefectClient, ledger: Ledger) -> str:
    """Read the board once and show it in parts."""
    seen = read_board(ledger, now())
    open_ = amount(sum(seen.open_by_kind.values()), "open stap", "open stappen")
    said = f"{open_}, {seen.late_count} te laat, {seen.acute} acuut"
    await acreate_markdown_artifact(overview(seen, settings().ui_url), key="overzicht", description=said)
    await acreate_markdown_artifact(
        _accounts(ledger), key="verantwoording", description="Berichten van gisteren en vandaag"
    )
    await acreate_table_artifact(late_rows(seen), key="te-laat", description=f"Te laat: {seen.late_count}")
    await acreate_table_artifact(
        failed_rows(seen), key="niet-aangekomen", description=f"Niet aangekomen en niet opgepakt: {len(seen.failed)}"
    )
    await acreate_table_artifact(
        monitoring_rows(seen), key="monitoring", description=f"Monitoring in 14 dagen: {len(seen.monitoring)}"
    )
    return said


def _accounts(ledger: Ledger) -> str:
    """Today, as it stands, and yesterday."""
    moment = now()
    days = (local_date(moment), local_date(moment) - timedelta(days=1))
    return "\n\n".join(["# Verantwoording", *(markdown(account_day(ledger, day, moment)) for day in days)])
