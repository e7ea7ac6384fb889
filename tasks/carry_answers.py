"""Carry answers from a run that ends to the run that stays: an answer that was given is never asked again."""

from uuid import UUID

from prefect.client.orchestration import PrefectClient

from tasks.read_inputs import is_answer, read_inputs


async def carry_answers(client: PrefectClient, old: UUID, new: UUID) -> int:
    """Copy what the old run was answered and the new one was not; how many."""
    given = {key: text for key, text in (await read_inputs(client, old)).items() if is_answer(key)}
    if not given:
        return 0
    known = await read_inputs(client, new)
    missing = {key: text for key, text in given.items() if key not in known}
    for key, text in missing.items():
        await client.create_flow_run_input(new, key, text)
    return len(missing)
