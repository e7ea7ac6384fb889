"""Find the deployments: one call."""

from collections.abc import Iterable
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName

MOST = 200


async def find_deployments(client: PrefectClient, names: Iterable[str] | None = None) -> dict[str, UUID]:
    """Deployment name (a step's word, or a clockwork's) → its id; all of them, or those with these names."""
    only = None if names is None else DeploymentFilter(name=DeploymentFilterName(any_=sorted(names)))
    return {found.name: found.id for found in await client.read_deployments(deployment_filter=only, limit=MOST)}
