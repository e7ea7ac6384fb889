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
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

PAGE = 200
LIVING = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]


@dataclass(frozen=True)
class SeenRun:
    """A living run as Prefect tells it: `busy` since `since` when a worker should be at it, else waiting."""

    id: UUID
    step_id: str
    busy: bool
    since: datetime
    due: datetime


async def is_alive(client: PrefectClient, run_id: UUID) -> bool:
    """True when this run exists and has not ended."""
    try:
        run = await client.read_flow_run(run_id)
    except ObjectNotFound:
        return False
    return run.state is not None and not run.state.is_final()


async def living_runs(client: PrefectClient, *deployments: UUID) -> list[SeenRun]:
    """Every run of these deployments that has begun or waits for its moment, and has not ended; 200 a call."""
    seen: dict[UUID, SeenRun] = {}
    living = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=LIVING)))
    offset = 0
    while True:
        page = await client.read_flow_runs(
            deployment_filter=_only(*deployments),
            flow_run_filter=living,
            sort=FlowRunSort.ID_DESC,
            limit=PAGE,
            offset=offset,
        )
        seen |= {run.id: _seen(run) for run in page if run.state is not None}
        if len(page) < PAGE:
            return list(seen.values())
        offset += PAGE


def _seen(run: FlowRun) -> SeenRun:
    assert run.state is not None
    busy = run.state.is_running() or run.state.is_pending() or run.state.is_cancelling()
    due = run.expected_start_time or run.state.timestamp
    return SeenRun(run.id, str(run.parameters.get("step_id", "")), busy, run.state.timestamp, due)


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
