"""Find the deployments: one call."""

from uuid import UUID

from prefect.client.orchestration import PrefectClient

MOST = 200


async def find_deployments(client: PrefectClient) -> dict[str, UUID]:
    """Deployment name (a step's word, or a clockwork's) → its id."""
    return {found.name: found.id for found in await client.read_deployments(limit=MOST)}
