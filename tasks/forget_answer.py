"""Forget an answer: delete from Prefect what the ledger has."""

from collections.abc import Iterable
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import PrefectHTTPStatusError

from tasks.read_inputs import is_answer

GONE = 404


async def forget_inputs(client: PrefectClient, run_id: UUID, keys: Iterable[str]) -> None:
    """Delete these form parts of a run, answers included; what has gone already is no error."""
    for key in sorted(keys, key=lambda name: not is_answer(name)):
        try:
            await client.delete_flow_run_input(run_id, key)
        except PrefectHTTPStatusError as error:
            if error.response.status_code != GONE:
                raise
