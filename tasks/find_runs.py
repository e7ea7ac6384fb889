"""Find runs in Prefect: what lives, since when, and for which step."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterStartTime,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from tasks.read_inputs import ANSWER, SCHEMA, part_key, read_inputs
from tasks.start_run import STEP_TAG

PAGE = 200
LIVING = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]
ALIVE = FlowRunFilterState(type=FlowRunFilterStateType(any_=LIVING))


@dataclass(frozen=True)
class SeenRun:
    """A living run as Prefect tells it: `busy` since `since` when a worker should be at it, else waiting.

    `due`: when it starts or should have started. `asking`: the key of the form it waits with, '' for none.
    `pool`: the work pool whose workers may take it.
    """

    id: UUID
    step_id: str
    busy: bool
    since: datetime
    due: datetime
    scheduled: bool = False
    paused: bool = False
    asking: str = ""
    deployment: UUID | None = None
    pool: str = ""
    name: str = ""
    tags: frozenset[str] = frozenset()


async def is_alive(client: PrefectClient, run_id: UUID) -> bool:
    """True when this run exists and has not ended."""
    try:
        run = await client.read_flow_run(run_id)
    except ObjectNotFound:
        return False
    return run.state is not None and not run.state.is_final()


async def living_run(client: PrefectClient, run_id: UUID) -> SeenRun | None:
    """This run as it is now; None when it has ended or does not exist."""
    try:
        run = await client.read_flow_run(run_id)
    except ObjectNotFound:
        return None
    return _seen(run) if run.state is not None and not run.state.is_final() else None


async def living_runs(client: PrefectClient, *deployments: UUID) -> list[SeenRun]:
    """Every run of these deployments that has begun or waits for its moment, and has not ended; 200 a call."""
    return await _living(client, FlowRunFilter(state=ALIVE), _only(*deployments))


async def living_step_runs(client: PrefectClient, *deployments: UUID) -> list[SeenRun]:
    """Every living run of a step: of these deployments, and of deployments that have gone, by the tag of steps."""
    tagged = FlowRunFilter(state=ALIVE, tags=FlowRunFilterTags(all_=[STEP_TAG]))
    seen = {run.id: run for run in await _living(client, tagged, None) if run.step_id}
    seen |= {run.id: run for run in await living_runs(client, *deployments)}
    return list(seen.values())


async def as_seen(client: PrefectClient, run: SeenRun) -> bool:
    """True when this run is still in the state it was seen in: a comparison takes a while, and work goes on."""
    try:
        state = (await client.read_flow_run(run.id)).state
    except ObjectNotFound:
        return False
    return state is not None and state.timestamp == run.since


async def waits_well(client: PrefectClient, run: SeenRun) -> bool:
    """True when the form this run waits with is there, and no answer to it lies unread."""
    inputs = await read_inputs(client, run.id)
    return part_key(run.asking, SCHEMA) in inputs and part_key(run.asking, ANSWER) not in inputs


async def _living(client: PrefectClient, runs: FlowRunFilter, of: DeploymentFilter | None) -> list[SeenRun]:
    seen: dict[UUID, SeenRun] = {}
    offset = 0
    while True:
        page = await client.read_flow_runs(
            deployment_filter=of, flow_run_filter=runs, sort=FlowRunSort.ID_DESC, limit=PAGE, offset=offset
        )
        seen |= {run.id: _seen(run) for run in page if run.state is not None}
        if len(page) < PAGE:
            return list(seen.values())
        offset += PAGE


def _seen(run: FlowRun) -> SeenRun:
    state = run.state
    assert state is not None
    waits = state.state_details
    return SeenRun(
        id=run.id,
        step_id=str(run.parameters.get("step_id", "")),
        busy=state.is_running() or state.is_pending() or state.is_cancelling(),
        since=state.timestamp,
        due=run.next_scheduled_start_time or run.expected_start_time or state.timestamp,
        scheduled=state.is_scheduled(),
        paused=state.is_paused(),
        asking=(waits.pause_key or "") if state.is_paused() and waits.run_input_keyset else "",
        deployment=run.deployment_id,
        pool=run.work_pool_name or "",
        name=run.name,
        tags=frozenset(run.tags),
    )


async def round_done_since(client: PrefectClient, deployment: UUID, moment: datetime) -> bool:
    """True when a round that started at or after `moment` was completed. A skipped round has another state name."""
    done = FlowRunFilter(
        state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Completed"])),
        start_time=FlowRunFilterStartTime(after_=moment),
    )
    return bool(await client.read_flow_runs(deployment_filter=_only(deployment), flow_run_filter=done, limit=1))


async def overdue_rounds(client: PrefectClient, deployment: UUID, now: datetime) -> list[UUID]:
    """Rounds of this deployment that should have started before `now` and have not."""
    waiting = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=now),
    )
    found = await client.read_flow_runs(deployment_filter=_only(deployment), flow_run_filter=waiting, limit=PAGE)
    return [run.id for run in found]


def _only(*deployments: UUID) -> DeploymentFilter:
    return DeploymentFilter(id=DeploymentFilterId(any_=list(deployments)))
