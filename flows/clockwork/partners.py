"""Partners: every two minutes, what must go to and come from partners' own systems."""

import asyncio

from prefect import State
from prefect.client.orchestration import PrefectClient

from flows.clock import now
from flows.outbox import pump
from flows.rounds import clockwork, one_round
from integrations.ledger import Ledger
from tasks.partner_rounds import partner_round
from tasks.settle_restore import leave_mark


@clockwork("Partners bijwerken")
async def partners() -> State[None]:
    """Brengt overdrachten naar de systemen van partners en verwerkt wat daarvandaan komt."""
    return await one_round(work)


async def work(client: PrefectClient, ledger: Ledger) -> str:
    """The frequent rounds; the daily ones too when they were missed. Then tell Prefect what followed."""
    said = await asyncio.to_thread(partner_round, ledger, now())
    leave_mark(ledger, now(), sent=bool(said))
    await pump(client, ledger, now())
    return "; ".join(said) or "Niets te doen bij partners."
