"""Repair: give every step that needs one its living run, and end every run that no step needs."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from domain.errors import UnknownRefusal
from domain.process import PROCESS
from flows.outbox import AT_ONCE, close_run, ensure_run
from integrations.ledger import Ledger
from tasks.find_deployments import find_deployments
from tasks.find_runs import SeenRun, living_runs
from tasks.restart_run import bury_run, restart_run
from tasks.run_facts import RunFacts, note_run, run_facts, running_steps

DEAD_AFTER = timedelta(minutes=10)  # a step is at work for a second or two, then it waits, suspended
ROUND_DEAD_AFTER = timedelta(hours=2)

LOGGER = logging.getLogger(__name__)


@dataclass
class Repaired:
    """What one reconciliation did."""

    steps: int = 0
    started: int = 0
    restarted: int = 0
    ended: int = 0
    failed: int = 0

    def told(self) -> str:
        """The counts in Dutch."""
        return (
            f"{self.steps} stappen vergeleken: {self.started} runs gestart, {self.restarted} hervat, "
            f"{self.ended} beëindigd, {self.failed} niet gelukt"
        )


@dataclass
class Repair:
    """One reconciliation at `now`. Doing it twice at once, or again, changes nothing more."""

    client: PrefectClient
    ledger: Ledger
    now: datetime
    done: Repaired = field(default_factory=Repaired)
    deployments: dict[str, UUID] = field(default_factory=dict)

    async def all(self) -> Repaired:
        """Read Prefect first and the ledger second, so that a step opened meanwhile is started, never ended."""
        self.deployments = await find_deployments(self.client)
        words = {step.word for step in PROCESS}
        living = await living_runs(self.client, *(id_ for name, id_ in self.deployments.items() if name in words))
        wanted = {facts.step_id: facts for facts in running_steps(self.ledger, self.now)}
        shown = showing(living, wanted)
        self.done.steps = len(wanted)
        await self._each(self._start(facts) for step_id, facts in wanted.items() if step_id not in shown)
        await self._each(self._keep(run, wanted[step_id]) for step_id, run in shown.items())
        keep = {run.id for run in shown.values()}
        await self._each(self._end(run) for run in living if run.id not in keep)
        rounds = await living_runs(self.client, *(id_ for name, id_ in self.deployments.items() if name not in words))
        await self._each(self._bury(run) for run in rounds if run.busy and self.now - run.since > ROUND_DEAD_AFTER)
        return self.done

    async def _each(self, jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Do each on its own, four at once: one that fails is counted and stops no other."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def safely(job: Coroutine[Any, Any, None]) -> None:
            async with gate:
                try:
                    await job
                except Exception as error:
                    LOGGER.warning("reconcile: %s", type(error).__name__)
                    self.done.failed += 1

        await asyncio.gather(*(safely(job) for job in jobs))

    async def _start(self, facts: RunFacts) -> None:
        self.done.started += await ensure_run(self.client, self.ledger, facts, self.now, self.deployments)

    async def _keep(self, run: SeenRun, facts: RunFacts) -> None:
        if facts.run_id != str(run.id):
            note_run(self.ledger, facts.step_id, str(run.id), self.now)
        if run.busy and self.now - run.since > DEAD_AFTER:
            await restart_run(self.client, run.id)
            self.done.restarted += 1

    async def _end(self, run: SeenRun) -> None:
        """A run that no step needs: its step is closed, or shown by another run, or not of this ledger."""
        try:
            facts = run_facts(self.ledger, run.step_id, self.now)
        except UnknownRefusal:
            facts = None
        dead = run.busy and self.now - run.since > DEAD_AFTER
        self.done.ended += await close_run(self.client, run.id, facts, at_work_too=dead)

    async def _bury(self, run: SeenRun) -> None:
        await bury_run(self.client, run.id)
        self.done.ended += 1


def showing(living: Iterable[SeenRun], wanted: Mapping[str, RunFacts]) -> dict[str, SeenRun]:
    """For each wanted step with a living run, the one run that shows it: the one the ledger knows, if it lives."""
    shown: dict[str, SeenRun] = {}
    for run in living:
        if run.step_id in wanted and (run.step_id not in shown or wanted[run.step_id].run_id == str(run.id)):
            shown[run.step_id] = run
    return shown
