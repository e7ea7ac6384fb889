"""Warme overdracht: the run of this step."""

from prefect import State

from flows.life import live
from flows.step_flow import step_flow


@step_flow("warm_handover")
async def warm_handover(step_id: str) -> State[None]:
    """Wacht op de uitkomst van deze stap. Het formulier staat achter Resume."""
    return await live(step_id)
