"""Deploy: register what prefect.yaml lists, from that one file, in the embedded default and in production alike.

`prefect --no-prompt deploy --all --prefect-file deployments/prefect.yaml` does the same from a checkout.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import files
from typing import Any

import yaml
from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.schedules import Schedule
from prefect.workers.base import BaseWorker

from deployments.worker import POOL, TYPE

AT_ONCE = 2  # at four, Prefect's SQLite server refuses some, and each refusal costs seconds


def listed() -> list[dict[str, Any]]:
    """The deployments of prefect.yaml, as written there; found beside this module, in a wheel too."""
    text = files("deployments").joinpath("prefect.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text)["deployments"])


async def deploy_all(pool_type: str = TYPE) -> int:
    """Make the work pool when it is not there and register every deployment; the number registered. Repeats safely.

    `pool_type` is `ketenregie` (runs in the worker's process) or `process` (a process a run).
    """
    async with get_client() as client:
        await make_pool(client, pool_type)
    gate = asyncio.Semaphore(AT_ONCE)

    async def register(entry: Mapping[str, Any]) -> None:
        async with gate:
            await deployment_of(entry).aapply()

    entries = listed()
    await asyncio.gather(*(register(entry) for entry in entries))
    return len(entries)


async def make_pool(client: PrefectClient, pool_type: str) -> None:
    """Make the work pool; one that exists keeps its type and settings."""
    worker = BaseWorker.get_worker_class_from_type(pool_type)
    template = worker.get_default_base_job_template() if worker else {}
    try:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type=pool_type, base_job_template=template))
    except ObjectAlreadyExists:
        return


def deployment_of(entry: Mapping[str, Any]) -> RunnerDeployment:
    """One entry of the file as Prefect wants it."""
    return RunnerDeployment.from_entrypoint(
        entry["entrypoint"],
        name=entry["name"],
        tags=entry.get("tags", []),
        work_pool_name=entry["work_pool"]["name"],
        schedules=[schedule_of(item) for item in entry.get("schedules", [])],
    )


def schedule_of(item: Mapping[str, Any]) -> Schedule:
    """A schedule of the file: `interval` in seconds, or `cron`, with its timezone and slug."""
    interval = timedelta(seconds=item["interval"]) if "interval" in item else None
    options = {name: item[name] for name in ("cron", "rrule", "anchor_date", "timezone", "slug") if name in item}
    return Schedule(interval=interval, **options)
