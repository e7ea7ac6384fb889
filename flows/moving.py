"""Moving a step's run to the deployment and the work pool of now: a new run, with the answers of the old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from domain.errors import OutsideFailure
from integrations.ledger import Ledger
from tasks.carry_answers import carry_answers
from tasks.end_run import end_run
from tasks.find_runs import SeenRun
from tasks.forget_answer import forget_inputs
from tasks.read_inputs import read_inputs
from tasks.restart_run import restart_run
from tasks.run_facts import RunFacts, new_attempt, note_run
from tasks.start_run import moment_of, start_run

UNTOUCHED = timedelta(days=1)  # no worker may take the new run before it has the answers of the old


@dataclass
class Moving:
    """One move at `now`. Broken off anywhere it leaves two runs, of which the next reconciliation ends one."""

    client: PrefectClient
    ledger: Ledger
    now: datetime

    async def move(self, run: SeenRun, facts: RunFacts, deployments: dict[str, UUID]) -> None:
        """Raises OutsideFailure KR-PREFECT when the step has no deployment now: then the old run stays."""
        if facts.kind not in deployments:
            raise OutsideFailure("KR-PREFECT", what=facts.kind)
        facts = new_attempt(self.ledger, facts.step_id, self.now)
        made = UUID(await start_run(self.client, facts, deployments[facts.kind], self.now + UNTOUCHED))
        await carry_answers(self.client, run.id, made)
        note_run(self.ledger, facts.step_id, str(made), self.now)
        await restart_run(self.client, made, moment_of(facts, self.now))
        await end_run(self.client, run.id, "Overgezet naar de deployment van deze versie.", at_work_too=True)
        await forget_inputs(self.client, run.id, await read_inputs(self.client, run.id))
