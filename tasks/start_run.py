"""Start a run: make sure that one living run shows this step, at the moment it may be asked."""

from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled

from tasks.run_facts import RunFacts

STEP_TAG = "stap"  # on the run of every step; the clockwork's runs bear `klok`
SLACK = timedelta(minutes=1)


async def start_run(client: PrefectClient, facts: RunFacts, deployment: UUID, now: datetime) -> str:
    """The id of the step's run: made once per step and attempt, woken when it had ended, moved when its step moved."""
    moment = moment_of(facts, now)
    run = await client.create_flow_run_from_deployment(
        deployment,
        parameters={"step_id": facts.step_id},
        state=Scheduled(scheduled_time=moment),
        name=run_name(facts),
        tags=tags_of(facts),
        idempotency_key=f"{facts.step_id}:{facts.attempt}",
    )
    if needs_waking(run, moment, planned=facts.planned):
        await client.set_flow_run_state(run.id, Scheduled(scheduled_time=moment), force=True)
    return str(run.id)


def moment_of(facts: RunFacts, now: datetime) -> datetime:
    """When the step may be asked: now, or when it opens."""
    return max(now, facts.opens_at) if facts.planned and facts.opens_at else now


def run_name(facts: RunFacts) -> str:
    """How a run is called in every list: case reference and step."""
    return f"{facts.case_reference} · {facts.title}"


def tags_of(facts: RunFacts) -> list[str]:
    """The tags of a step's run."""
    return [STEP_TAG, *facts.tags]


def needs_waking(run: FlowRun, moment: datetime, *, planned: bool) -> bool:
    """True for a run that ended while its step did not, and for one that waits for another moment than its step."""
    if run.state is None or run.state.is_final():
        return True
    due = run.next_scheduled_start_time
    return due is not None and run.state.is_scheduled() and at_another_moment(due, moment, planned=planned)


def at_another_moment(due: datetime, moment: datetime, *, planned: bool) -> bool:
    """True for a run that starts later than its step may be asked; or, of a planned step, too early."""
    return due > moment + SLACK or (planned and due < moment - SLACK)
