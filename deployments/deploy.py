"""Deploy: register what prefect.yaml lists, from that one file, in the embedded default and in production alike.

`prefect --no-prompt deploy --all --prefect-file deployments/prefect.yaml` does the same from a checkout.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import Flow, get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema
from prefect.workers.base import BaseWorker

from deployments.prefect_file import POOL, TYPE, listed, stands_on
from tasks.find_deployments import FLOWS, find_deployments

AT_ONCE = 4


async def deploy_all(pool_type: str = TYPE) -> int:
    """Make the work pool when it is not there and register every deployment; the number registered. Repeats safely.

    `pool_type` is `ketenregie` (runs in the worker's process) or `process` (a process a run).
    """
    gate = asyncio.Semaphore(AT_ONCE)
    entries = listed()
    async with get_client() as client:
        await make_pool(client, pool_type)

        async def in_turn(entry: Mapping[str, Any]) -> None:
            async with gate:
                await register(client, entry)

        await asyncio.gather(*(in_turn(entry) for entry in entries))
    return len(entries)


async def see_to_deployments(client: PrefectClient) -> bool:
    """Register everything when something is missing, for Prefect may have lost its database; True when it did.

    Then the runs are missing too, so a reconciliation is asked for at once.
    """
    if FLOWS.keys() <= (await find_deployments(client)).keys():
        return False
    await deploy_all()
    await reconcile_soon(client)
    return True


async def reconcile_soon(client: PrefectClient) -> None:
    """Ask for a reconciliation now, beside those of the schedule."""
    await client.create_flow_run_from_deployment((await find_deployments(client, ["reconcile"]))["reconcile"])


async def make_pool(client: PrefectClient, pool_type: str) -> None:
    """Make the work pool; one that exists keeps its type and settings."""
    worker = BaseWorker.get_worker_class_from_type(pool_type)
    template = worker.get_default_base_job_template() if worker else {}
    try:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type=pool_type, base_job_template=template))
    except ObjectAlreadyExists:
        return


async def register(client: PrefectClient, entry: Mapping[str, Any]) -> UUID:
    """Make or replace one deployment of the file. Its code is imported, so nothing is copied to where it runs."""
    flow: Flow[..., Any] = load_flow_from_entrypoint(entry["entrypoint"], use_placeholder_flow=False)
    return await client.create_deployment(
        await client.create_flow(flow),
        entry["name"],
        entrypoint=entry["entrypoint"],
        description=flow.description,
        version=flow.version,
        tags=entry.get("tags", []),
        work_pool_name=entry["work_pool"]["name"],
        schedules=[schedule_of(item, active=stands_on(entry)) for item in entry.get("schedules", [])],
        parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
        pull_steps=[],
        enforce_parameter_schema=True,
    )


def schedule_of(item: Mapping[str, Any], *, active: bool = True) -> DeploymentScheduleCreate:
    """A schedule of the file: `interval` in seconds from `anchor_date`, or `cron`; with its timezone and slug."""
    schedule: CronSchedule | IntervalSchedule
    if "cron" in item:
        schedule = CronSchedule(cron=item["cron"], timezone=item["timezone"])
    else:
        schedule = IntervalSchedule(
            interval=timedelta(seconds=item["interval"]),
            anchor_date=datetime.fromisoformat(item["anchor_date"]),
            timezone=item["timezone"],
        )
    return DeploymentScheduleCreate(schedule=schedule, slug=item["slug"], active=active)
