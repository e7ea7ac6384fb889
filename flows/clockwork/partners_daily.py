"""Partners, daily: read back what no notification told. Done before today, by another round, it is skipped."""

import asyncio

from prefect import State
from prefect.client.orchestration import PrefectClient

from flows.clock import now
from flows.outbox import pump
from flows.rounds import clockwork, one_round
from integrations.ledger import Ledger
from tasks.partner_rounds import daily_is_due, run_daily_rounds

NOTHING = "Niets na te lezen bij partners."


@clockwork("Partners nalezen")
async def partners_daily() -> State[None]:
    """Leest eens per dag na wat er bij partners is gebeurd."""
    return await one_round(work)


async def work(client: PrefectClient, ledger: Ledger) -> str:
    """Ask first whether today was done."""
    if not daily_is_due(ledger, now()):
        return NOTHING
    said = await asyncio.to_thread(run_daily_rounds, ledger, now())
    await pump(client, ledger, now())
    return "; ".join(said) or NOTHING
