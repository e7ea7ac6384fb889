"""Read what Prefect holds of a run's forms: one call; and how the parts of a form are called there."""

from uuid import UUID

from prefect.client.orchestration import PrefectClient

PREFIX = "suspended-"  # Prefect's own word before the key of an asking
SCHEMA, DESCRIPTION, ANSWER = "schema", "description", "response"
MOST = 200


async def read_inputs(client: PrefectClient, run_id: UUID) -> dict[str, str]:
    """Key → JSON text of every form part of this run: see `part_key`."""
    found = await client.filter_flow_run_input(flow_run_id=run_id, key_prefix=PREFIX, limit=MOST, exclude_keys=set())
    return {item.key: item.value for item in found}


def part_key(asking: str, part: str) -> str:
    """Under which key a run holds a part of the form of this asking: its schema, its description, or the answer."""
    return f"{asking_prefix(asking)}{part}"


def asking_prefix(asking: str) -> str:
    """What the keys of this asking, and of no earlier or later one, begin with."""
    return f"{PREFIX}{asking}-"


def is_answer(key: str) -> bool:
    """True for the key of an answer, whatever it answers."""
    return key.endswith(f"-{ANSWER}")
