"""End a run whose step was closed by another door."""

from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed


async def end_run(client: PrefectClient, run_id: UUID, message: str, *, at_work_too: bool = False) -> bool:
    """Set the run to Completed with this message (codes only). False when it is at work: then it ends by itself."""
    try:
        run = await client.read_flow_run(run_id)
    except ObjectNotFound:
        return True
    if run.state is None or run.state.is_final():
        return True
    if not at_work_too and (run.state.is_running() or run.state.is_pending()):
        return False
    await client.set_flow_run_state(run_id, Completed(message=message), force=True)
    return True
