"""Leefgebieden in kaart: the run of this step."""

from prefect import State

from flows.life import live
from flows.step_flow import step_flow


@step_flow("life_area_map")
async def life_area_map(step_id: str) -> State[None]:
    """Wacht op de uitkomst van deze stap. Het formulier staat achter Resume."""
    return await live(step_id)
