"""Pause a deployment that no version uses any more: its schedule stops, and a person may still look at it."""

from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound


async def pause_deployment(client: PrefectClient, deployment: UUID) -> None:
    """Pause it; one that has gone needs no pausing."""
    try:
        await client.pause_deployment(deployment)
    except ObjectNotFound:
        return
