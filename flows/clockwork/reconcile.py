"""Reconcile: every quarter of an hour, hold Prefect against the ledger and repair Prefect.

The ledger is right. Prefect may have lost its database, a worker may have died at work, a run may have been cancelled,
deleted or copied by hand: the steps keep their obligations, so they get their runs back.
"""

from prefect import State
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.orchestration import PrefectClient

from flows.clock import now
from flows.outbox import pump
from flows.repair import Repair
from flows.rounds import clockwork, one_round
from integrations.ledger import Ledger


@clockwork("Prefect bijwerken")
async def reconcile() -> State[None]:
    """Vergelijkt Prefect met de administratie en herstelt wat niet klopt."""
    return await one_round(work)


async def work(client: PrefectClient, ledger: Ledger) -> str:
    """Tell what is untold, then compare and repair, and show what was repaired."""
    await pump(client, ledger, now())
    done = await Repair(client, ledger, now()).all()
    await acreate_markdown_artifact(done.report(), key="herstel", description=done.told())
    return done.told()
