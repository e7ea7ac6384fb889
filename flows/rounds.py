"""What every clockwork flow does before and after its work: ask whether the round is still needed, and clear up.

After an outage many rounds wait at once. The first to start does the work; the others are deleted unstarted, or, where
a worker holds them already, end as skipped. A round that is under way keeps the next from starting beside it.
"""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

from prefect import Flow, State, flow
from prefect.client.orchestration import PrefectClient
from prefect.runtime import deployment as current_deployment
from prefect.runtime import flow_run
from prefect.states import Completed

from domain.dutch import moment_text
from flows.clock import now
from flows.this_run import client_of_this_run, codes_only
from integrations.ledger import Ledger, current_ledger
from integrations.log_silence import silence
from tasks.find_runs import living_runs, overdue_rounds, round_done_since
from tasks.forget_rounds import forget_rounds

DEAD_AFTER = timedelta(minutes=10)
SKIPPED = "Overgeslagen"

Work = Callable[[PrefectClient, Ledger], Awaitable[str]]


def clockwork(name: str) -> Callable[[Callable[[], Coroutine[Any, Any, State[None]]]], Flow[[], Any]]:
    """Decorate a clockwork flow; `name` is Dutch, as the list of runs shows it, and its runs add their moment."""

    def run_name() -> str:
        return f"{name} {moment_text(flow_run.scheduled_start_time or now())}"

    return flow(name=name, flow_run_name=run_name, persist_result=False, log_prints=False, retries=0)


async def one_round(work: Work) -> State[None]:
    """Do this round's work, unless it has been done. The state tells what was done, in numbers."""
    silence()
    with codes_only():
        client = client_of_this_run()
        deployment = UUID(current_deployment.id) if current_deployment.id else None
        if deployment and await _needless(client, deployment):
            return Completed(name=SKIPPED, message="Deze ronde is al gedaan of loopt nog.")
        said = await work(client, current_ledger())
        if deployment:
            await forget_rounds(client, await overdue_rounds(client, deployment, now()))
        return Completed(message=said)


async def _needless(client: PrefectClient, deployment: UUID) -> bool:
    """Of rounds that start at once the one that was due first works; so one always does."""
    due = flow_run.scheduled_start_time or now()
    if await round_done_since(client, deployment, due):
        return True
    busy = [run for run in await living_runs(client, deployment) if run.busy and now() - run.since < DEAD_AFTER]
    return any((run.due, str(run.id)) < (due, flow_run.id) for run in busy)
