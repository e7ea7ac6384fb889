"""Place a form with a run, before the run is suspended: its schema and what is written above it."""

import json
from collections.abc import Mapping
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from tasks.read_inputs import DESCRIPTION, SCHEMA, part_key


async def place_form(
    client: PrefectClient, run_id: UUID, key: str, schema: Mapping[str, object], description: str, known: frozenset[str]
) -> None:
    """Store the form of the asking `key`. `known` are the keys Prefect has already: those are replaced."""
    for part, value in ((SCHEMA, schema), (DESCRIPTION, description)):
        name = part_key(key, part)
        if name in known:
            await client.delete_flow_run_input(run_id, name)
        await client.create_flow_run_input(run_id, name, json.dumps(value, ensure_ascii=False))
