"""What the tests of runs share: a report that opens steps, a worker at work, and questions to Prefect."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_WORKER_QUERY_SECONDS, temporary_settings

from deployments.embedded import drain, working
from domain.reports import IncomingPerson, IncomingReport
from integrations.ledger import Actor, Ledger
from tasks.read_inputs import read_inputs
from tasks.receive_report import receive

PATIENCE = 180.0  # seconds
LOOK_EVERY = 0.3
Answer = TypeVar("Answer")


def in_loop(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end, and let Prefect send what it still holds before the loop is gone."""

    async def all_of_it() -> Answer:
        try:
            return await work
        finally:
            await drain()

    return asyncio.run(all_of_it())


def now() -> datetime:
    return datetime.now(UTC)


def report(ledger: Ledger, number: str = "R-1", *, possibly_acute: bool = False) -> str:
    """A report of this moment; its intake is open. Returns the reference of the case."""
    members = (("A", "adult", 1988), ("B", "child", 2016))
    incoming = IncomingReport(
        source="POL-KUST",
        number=number,
        received_at=now(),
        channel="file",
        reporter_class="police",
        disclosure="open",
        concern="child_abuse",
        municipality="DUINWIJK",
        household=f"HH-{number}",
        possibly_acute=possibly_acute,
        persons=tuple(IncomingPerson(key=key, role=role, birth_year=year) for key, role, year in members),
    )
    with ledger.unit_of_work(now=now(), actor=Actor("VT-911", "vt_on_call", "test")) as uow:
        return receive(uow, incoming, now()).case_reference


@dataclass
class Prefect:
    """Prefect as a coordinator sees it."""

    client: PrefectClient

    async def runs(self, reference: str, kind: str) -> list[FlowRun]:
        """The runs of this step of this case."""
        return await self.client.read_flow_runs(
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[kind])),
            flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[f"zaak:{reference}"])),
        )

    async def in_state(self, reference: str, kind: str, name: str, number: int = -1) -> FlowRun:
        """The run of this step once it is in this state; `number`: and waits for this answer."""

        async def find() -> FlowRun | None:
            for run in await self.runs(reference, kind):
                key = run.state.state_details.pause_key if run.state else None
                if run.state_name == name and (number < 0 or key == f"answer-{number}"):
                    return run
            return None

        return await until(find)

    async def answer(self, run: FlowRun, **given: object) -> str:
        """Send the form back; returns ACCEPT or REJECT."""
        return str((await self.client.resume_flow_run(run.id, run_input=given)).status.value)

    async def inputs(self, run_id: UUID) -> dict[str, Any]:
        """What Prefect holds of the run's forms."""
        return {key: json.loads(value) for key, value in (await read_inputs(self.client, run_id)).items()}

    async def raw_inputs(self, run_id: UUID) -> dict[str, str]:
        """The same as Prefect stores it."""
        return dict(await read_inputs(self.client, run_id))

    async def all_runs(self, step_id: str) -> list[FlowRun]:
        """Every run of this step, whatever its tags."""
        found = await self.client.read_flow_runs(limit=200)
        return [run for run in found if run.parameters.get("step_id") == step_id]

    async def alive(self, step_id: str) -> int:
        """How many living runs this step has."""
        return sum(1 for run in await self.all_runs(step_id) if run.state and not run.state.is_final())

    async def without_form(self, run_id: UUID) -> None:
        """Wait until Prefect holds nothing of the run's forms."""

        async def gone() -> bool | None:
            return not await self.inputs(run_id) or None

        assert await until(gone)

    async def state(self, run_id: UUID) -> tuple[str, str]:
        """Name and message of the run's state."""
        state = (await self.client.read_flow_run(run_id)).state
        assert state is not None
        return str(state.name), state.message or ""


async def until(find: Callable[[], Awaitable[Answer | None]]) -> Answer:
    """What `find` finds, asked again until it does."""
    async with asyncio.timeout(PATIENCE):
        while (found := await find()) is None:
            await asyncio.sleep(0.2)  # each look costs the server 30 ms of a core
        return found


@asynccontextmanager
async def at_work() -> AsyncIterator[Prefect]:
    """A worker at work, and Prefect to look at."""
    with temporary_settings({PREFECT_WORKER_QUERY_SECONDS: LOOK_EVERY}):
        async with working() as worker, get_client() as client:
            yield Prefect(client)
            assert not worker.done()


@asynccontextmanager
async def looking() -> AsyncIterator[Prefect]:
    """Prefect to look at, with no worker."""
    async with get_client() as client:
        yield Prefect(client)
