"""The life of one step's run: ask, record, follow, and end when the step is done. Runs from the top at every answer."""

from collections.abc import Mapping
from uuid import UUID

from prefect import State
from prefect.client.orchestration import PrefectClient
from prefect.runtime import flow_run
from prefect.states import Completed, Scheduled

from flows.ask import ask, belongs
from flows.clock import now
from flows.forms import to_given
from flows.outbox import closing_message, pump
from flows.this_run import client_of_this_run, codes_only, say
from integrations.ledger import Ledger, current_ledger
from integrations.log_silence import silence
from tasks.find_runs import is_alive
from tasks.forget_answer import forget_inputs
from tasks.read_form import StepForm, read_form
from tasks.read_inputs import read_inputs
from tasks.record_answer import record_form_answer
from tasks.run_facts import RunFacts, note_run, run_facts
from tasks.start_run import run_name, tags_of


async def live(step_id: str) -> State[None]:
    """Live until the step is done; suspends (Prefect's Pause) while it waits for a person.

    Everything before a suspension may run again at any time: each act is idempotent by the ledger's own keys.
    """
    silence()
    ledger, run_id = current_ledger(), UUID(flow_run.id)
    with codes_only():
        client = client_of_this_run()
        facts = run_facts(ledger, step_id, now())
        if await _has_another_run(client, facts, run_id):
            return Completed(message="Deze stap heeft al een run.")
        await _take(client, ledger, facts, run_id)
        return await _until_done(client, ledger, facts, run_id)


async def _take(client: PrefectClient, ledger: Ledger, facts: RunFacts, run_id: UUID) -> None:
    """This run shows the step from now on; one that was started by hand gets the name and tags it should have."""
    if facts.run_id != str(run_id):
        note_run(ledger, facts.step_id, str(run_id), now())
    if flow_run.name != run_name(facts):
        await client.update_flow_run(run_id, name=run_name(facts), tags=tags_of(facts))


async def _until_done(client: PrefectClient, ledger: Ledger, facts: RunFacts, run_id: UUID) -> State[None]:
    while True:
        form = read_form(ledger, facts.step_id, now())
        if not form.open:
            return await _not_open(client, ledger, facts.step_id, run_id)
        answer = await ask(client, run_id, form)
        await _record(client, ledger, form, answer, run_id)


async def _record(
    client: PrefectClient, ledger: Ledger, form: StepForm, answer: Mapping[str, object], run_id: UUID
) -> None:
    """The answer to the ledger, then out of Prefect, then what follows to Prefect."""
    given, by = to_given(form, answer)
    recorded = record_form_answer(ledger, form.step_id, form.key, given, by, now())
    inputs = await read_inputs(client, run_id)
    await forget_inputs(client, run_id, [key for key in inputs if belongs(key, form)])
    if recorded.refused:
        say(f"Antwoord {form.key} niet compleet of niet goed ({recorded.refused}); ontbreekt: {len(recorded.missing)}.")
    else:
        say(f"Antwoord {form.key} vastgelegd; de stap is {'open' if recorded.state == 'open' else 'afgerond'}.")
    await pump(client, ledger, now())


async def _not_open(client: PrefectClient, ledger: Ledger, step_id: str, run_id: UUID) -> State[None]:
    """Done or cancelled: the run ends. Planned: Prefect looks again when its moment has come."""
    facts = run_facts(ledger, step_id, now())
    if facts.planned and facts.opens_at is not None:
        return Scheduled(scheduled_time=facts.opens_at)
    await forget_inputs(client, run_id, await read_inputs(client, run_id))
    return Completed(message=closing_message(facts))


async def _has_another_run(client: PrefectClient, facts: RunFacts, run_id: UUID) -> bool:
    """True when a living run shows this step already: somebody made a second one by hand."""
    return facts.run_id not in ("", str(run_id)) and await is_alive(client, UUID(facts.run_id))
