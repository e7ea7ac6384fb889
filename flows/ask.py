"""Ask: place the step's form with the run and suspend it; on the next run from the top, take the answer."""

import json
from collections.abc import Mapping
from typing import Self
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput
from prefect.input.run_input import Keyset

from flows.forms import heading, schema
from flows.this_run import say
from tasks.forget_answer import forget_inputs
from tasks.place_form import place_form
from tasks.read_form import StepForm
from tasks.read_inputs import ANSWER, asking_prefix, part_key, read_inputs


class AnswerForm(RunInput):
    """What a run waits for. We store the form and read the answer ourselves: Prefect only has to wait."""

    @classmethod
    async def asave(cls, keyset: Keyset, flow_run_id: UUID | None = None) -> None:
        """Nothing: the form was stored before the run was suspended, so nobody meets a run without its form."""

    @classmethod
    async def aload(cls, keyset: Keyset, flow_run_id: UUID | None = None) -> Self:
        """An empty form: the answer is read as it is, so that no validation error can quote it."""
        return cls()


async def ask(client: PrefectClient, run_id: UUID, form: StepForm) -> Mapping[str, object]:
    """The answer to this form. Ends the flow with Prefect's Pause as long as there is none.

    A key that Prefect saw before, but never answered (a run forced on by hand), is followed by the next: a key is
    never used twice.
    """
    inputs = await read_inputs(client, run_id)
    await forget_inputs(client, run_id, [key for key in inputs if not belongs(key, form)])
    number = 0
    while True:
        key = form.key if number == 0 else f"{form.key}-again-{number}"
        if (answer := inputs.get(part_key(key, ANSWER))) is not None:
            return dict(json.loads(answer))
        await place_form(client, run_id, key, schema(form), heading(form), known=frozenset(inputs))
        say("Wacht op een antwoord. Kies Resume om het vast te leggen.")
        await asuspend_flow_run(wait_for_input=AnswerForm, key=key)
        number += 1


def belongs(key: str, form: StepForm) -> bool:
    """True when this stored input is of the asking at hand; others are in the ledger already."""
    return key.startswith(asking_prefix(form.key))
