"""Forget rounds that were never started: one call a round."""

from collections.abc import Iterable
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound


async def forget_rounds(client: PrefectClient, rounds: Iterable[UUID]) -> None:
    """Delete these runs; one that has gone already is no error."""
    for run_id in rounds:
        try:
            await client.delete_flow_run(run_id)
        except ObjectNotFound:
            continue
