"""Sweep: every five minutes, decide what is due."""

import asyncio

from prefect import State
from prefect.client.orchestration import PrefectClient

from domain.dutch import amount
from flows.clock import now
from flows.outbox import pump
from flows.rounds import clockwork, one_round
from integrations.ledger import Ledger
from tasks.give_heartbeat import give_heartbeat
from tasks.sweep_deadlines import sweep_deadlines


@clockwork("Termijnen bewaken")
async def sweep() -> State[None]:
    """Bepaalt voor elke stap die aan de beurt is wie er bericht krijgt."""
    return await one_round(work)


async def work(client: PrefectClient, ledger: Ledger) -> str:
    """Sweep, then tell Prefect which runs are late now."""
    swept = sweep_deadlines(ledger, now())
    await pump(client, ledger, now())
    if swept.sound:
        await asyncio.to_thread(give_heartbeat)
    if swept.clock_back:
        return "De klok is teruggezet: niets besloten. De volgende ronde gaat verder op de nieuwe tijd."
    told = f"{amount(swept.steps, 'stap', 'stappen')} bekeken, {amount(swept.planned, 'bericht', 'berichten')} gepland"
    return f"{told}, {swept.failed} niet gelukt"
