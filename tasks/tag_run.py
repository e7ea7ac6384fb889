"""Name and tag a run: `te-laat`, `acuut` and `opgeschort` go with the facts of the step, its name with its case."""

from collections.abc import Iterable
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import PrefectHTTPStatusError

GONE = 404


async def tag_run(client: PrefectClient, run_id: UUID, name: str, tags: Iterable[str]) -> None:
    """Give the run this name and exactly these tags; a run that is gone needs none."""
    try:
        await client.update_flow_run(run_id, name=name, tags=list(tags))
    except PrefectHTTPStatusError as error:
        if error.response.status_code != GONE:
            raise
