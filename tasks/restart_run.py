"""Restart a run that stopped halfway: the same run, from the top, so that an answer it holds is not asked again."""

from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.states import Crashed, Scheduled


async def restart_run(client: PrefectClient, run_id: UUID) -> None:
    """Let a worker take this run again at once."""
    await client.set_flow_run_state(run_id, Scheduled(), force=True)


async def bury_run(client: PrefectClient, run_id: UUID) -> None:
    """A round that nobody is at work on any more is recorded as crashed; the next round does its work."""
    await client.set_flow_run_state(
        run_id, Crashed(message="Niet afgerond; de volgende ronde neemt het over."), force=True
    )
