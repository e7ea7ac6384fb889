"""Read what Prefect holds of a run's forms: one call."""

from uuid import UUID

from prefect.client.orchestration import PrefectClient

PREFIX = "suspended-"
MOST = 200


async def read_inputs(client: PrefectClient, run_id: UUID) -> dict[str, str]:
    """Key → JSON text of every form part of this run: `suspended-<asking>-schema`, `-description` and `-response`."""
    found = await client.filter_flow_run_input(flow_run_id=run_id, key_prefix=PREFIX, limit=MOST, exclude_keys=set())
    return {item.key: item.value for item in found}
