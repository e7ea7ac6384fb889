"""Restart a run that stopped halfway: the same run, from the top, so that an answer it holds is not asked again."""

from datetime import datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State
from prefect.states import Crashed, Scheduled


async def restart_run(client: PrefectClient, run_id: UUID, moment: datetime | None = None) -> None:
    """Let a worker take this run again at this moment (aware), or at once."""
    state: State[None] = Scheduled(scheduled_time=moment) if moment else Scheduled()
    await client.set_flow_run_state(run_id, state, force=True)


async def bury_run(client: PrefectClient, run_id: UUID) -> None:
    """A round that nobody is at work on any more is recorded as crashed; the next round does its work."""
    await client.set_flow_run_state(
        run_id, Crashed(message="Niet afgerond; de volgende ronde neemt het over."), force=True
    )
