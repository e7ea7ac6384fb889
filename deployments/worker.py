"""The worker type `ketenregie`: runs steps and clockwork in this process, a tenth of the time of a subprocess each.

Prefect finds it through the entry point group `prefect.collections`: `prefect worker start --type ketenregie`.
Why: docs/decisions/0005-in-process-worker.md.
"""

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

import anyio
import httpx
from prefect import Flow
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow_async
from prefect.flows import load_flow_from_entrypoint
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from deployments.deploy import see_to_deployments
from deployments.prefect_file import POOL, TYPE
from domain.errors import OutsideFailure
from flows.clock import now
from flows.outbox import pump
from integrations.ledger import current_ledger
from integrations.log_silence import silence

RUNS_AT_ONCE = 8  # the clockwork takes at most six
PUMP_AT_ONCE = 20  # rows an outbox pump may take before the next look for runs

LOGGER = logging.getLogger(__name__)


class InThisProcess(BaseJobConfiguration):
    """A run here needs no command, environment or labels, so none are looked up."""

    @classmethod
    async def resolve_for_flow_run(cls, flow_run: FlowRun, **_: Any) -> Self:
        """The same for every run."""
        return cls()


class KetenWorker(BaseWorker[InThisProcess, BaseVariables, BaseWorkerResult]):
    """Runs each flow in a thread of its own, so that neither a slow ledger nor Prefect's waits hold up the others."""

    type = TYPE
    job_configuration = InThisProcess
    job_configuration_variables = BaseVariables
    _display_name = "Ketenregie"
    _description = "Runs the steps and the clockwork of ketenregie inside the worker's own process."

    def __init__(self, work_pool_name: str = POOL, **options: Any) -> None:
        options["limit"] = options.get("limit") or RUNS_AT_ONCE
        # A run fetched before its time would only hold a thread until then.
        options["prefetch_seconds"] = 0
        super().__init__(work_pool_name, **options)
        self._flows: dict[UUID, Flow[..., Any]] = {}
        self._pumping = asyncio.Lock()
        silence()

    async def sync_with_backend(self) -> None:
        """Each half minute: also see whether Prefect still has our deployments. What fails is tried the next time."""
        with outlived("deployments"):
            await super().sync_with_backend()
            await see_to_deployments(self.client)

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """One look: tell Prefect what the ledger decided, then take the runs that are due."""
        await self._pump()
        with outlived("look"):
            return await super().get_and_submit_flow_runs()
        return []

    async def _submit_run(self, flow_run: FlowRun) -> None:
        """A server that goes away between the look and the run costs the run its place, not the worker its life."""
        answered = False
        with outlived("run"):
            await super()._submit_run(flow_run)
            answered = True
        if not answered:
            self._submitting_flow_run_ids.discard(flow_run.id)
            if flow_run.id in self.limiter.statistics().borrowers:
                self._release_limit_slot(flow_run.id)

    async def _submit_scheduled_flow_runs(self, flow_run_response: list[WorkerFlowRunResponse]) -> list[FlowRun]:
        """Leave out what is still in hand: Prefect's own worker dies of a run that is handed out a second time.

        That happens when a run hangs on a server that went away, and is restarted by reconciliation or by hand.
        """
        in_hand = self.limiter.statistics().borrowers
        fresh = [entry for entry in flow_run_response if entry.flow_run.id not in in_hand]
        return await super()._submit_scheduled_flow_runs(fresh)

    async def run(self, flow_run: FlowRun, configuration: InThisProcess, task_status: Any = None) -> BaseWorkerResult:
        """Run one flow run to its end or its next suspension; status 1 when the engine could not tell Prefect which."""
        flow = await self._flow(flow_run)
        if task_status is not None:
            task_status.started(os.getpid())
        told = await anyio.to_thread.run_sync(execute, flow, flow_run) or await self._has_come_to_rest(flow_run.id)
        if self._runs_task_group is not None:
            self._runs_task_group.start_soon(self._look_again)
        return BaseWorkerResult(identifier=str(os.getpid()), status_code=0 if told else 1)

    async def _give_worker_labels_to_flow_run(self, flow_run_id: UUID) -> None:
        """Left out, as is the state Submitting below: each costs the server a write, and a run here starts at once."""

    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        """Left out."""

    async def _flow(self, flow_run: FlowRun) -> Flow[..., Any]:
        key = flow_run.deployment_id
        if key is None:
            raise OutsideFailure("KR-PREFECT", what="run zonder deployment")
        if key not in self._flows:
            entrypoint = (await self.client.read_deployment(key)).entrypoint or ""
            try:
                self._flows[key] = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
            except Exception as error:
                raise OutsideFailure("KR-PREFECT", what=f"flow laden: {type(error).__name__}") from None
        return self._flows[key]

    async def _has_come_to_rest(self, run_id: UUID) -> bool:
        state = (await self.client.read_flow_run(run_id)).state
        return state is not None and (state.is_final() or state.is_paused() or state.is_scheduled())

    async def _look_again(self) -> None:
        """A run that ended has often just started the next: do not wait for the next look."""
        await asyncio.sleep(0)
        if self.is_setup:
            try:
                await self.get_and_submit_flow_runs()
            except Exception as error:  # the ordinary look follows within a second or two
                LOGGER.info("look again: %s", type(error).__name__)

    async def _pump(self) -> None:
        if self._pumping.locked():
            return
        async with self._pumping:
            try:
                await pump(self.client, current_ledger(), now(), PUMP_AT_ONCE)
            except Exception as error:  # the rows stay; the worker must go on
                LOGGER.warning("outbox: %s", type(error).__name__)


@contextmanager
def outlived(what: str) -> Iterator[None]:
    """Prefect's server may be away for a minute or a day: the worker says so, and asks again at its next look."""
    try:
        yield
    except httpx.HTTPError as error:
        LOGGER.warning("%s: %s", what, type(error).__name__)


def execute(flow: Flow[..., Any], flow_run: FlowRun) -> bool:
    """Run this flow run in an event loop of its own. True when its state was told to Prefect.

    A run without a deployment is not watched over a websocket for somebody suspending it: here that watch costs more
    than the run, which lasts a second. The engine reads the whole run again before the flow begins.
    """
    unwatched = flow_run.model_copy(update={"deployment_id": None})
    try:
        asyncio.run(run_flow_async(flow, flow_run=unwatched, parameters=flow_run.parameters, return_type="state"))
    except (Pause, Abort):
        return True
    except Exception as error:
        LOGGER.warning("run %s: %s", flow_run.id, type(error).__name__)
        return False
    return True
