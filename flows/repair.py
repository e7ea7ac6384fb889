"""Repair: hold every run against the ledger, give every step that needs one its living run, and end the others."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from domain.dutch import amount
from domain.errors import UnknownRefusal
from flows.differences import TOLD, Difference, has_other_labels, in_state, is_dead
from flows.moving import Moving
from flows.outbox import AT_ONCE, close_run, ensure_run
from flows.tables import table
from integrations.ledger import Ledger
from tasks.carry_answers import carry_answers
from tasks.find_deployments import SeenDeployment, our_deployments
from tasks.find_runs import SeenRun, as_seen, living_run, living_runs, living_step_runs, waits_well
from tasks.note_repair import note_repair
from tasks.pause_deployment import pause_deployment
from tasks.restart_run import bury_run, restart_run
from tasks.run_facts import RunFacts, note_run, run_facts, running_steps
from tasks.start_run import moment_of, run_name, tags_of
from tasks.tag_run import tag_run

ROUND_DEAD_AFTER = timedelta(hours=2)
FORMS_AT_ONCE = 500  # a call each: of more waiting runs than these, the forms are looked at in turn
FORMS_EVERY = timedelta(minutes=15)

LOGGER = logging.getLogger(__name__)


@dataclass
class Repaired:
    """What one reconciliation did: steps compared, repairs by kind, and how many did not succeed."""

    steps: int = 0
    repairs: Counter[Difference] = field(default_factory=Counter)
    failed: int = 0

    @property
    def compared(self) -> str:
        """How many steps were compared, in Dutch."""
        return f"{amount(self.steps, 'stap', 'stappen')} vergeleken"

    def told(self) -> str:
        """The counts in one Dutch line."""
        done = ", ".join(f"{count}× {kind.replace('_', ' ')}" for kind, count in sorted(self.repairs.items()))
        failed = f"; {self.failed} niet gelukt" if self.failed else ""
        return f"{self.compared}: {done or 'alles klopt'}{failed}"

    def report(self) -> str:
        """The same as markdown, each kind with what was done about it."""
        rows = [(TOLD[kind], count) for kind, count in sorted(self.repairs.items())]
        done = table(("Hersteld", "Aantal"), rows, right=("Aantal",)) if rows else "Prefect klopt met de administratie."
        failed = f"\n\n**{self.failed} niet gelukt**; de volgende ronde probeert het opnieuw." if self.failed else ""
        return f"# Herstel van Prefect\n\n{self.compared}.\n\n{done}{failed}"


@dataclass
class Repair:
    """One reconciliation at `now`. Doing it twice at once, or again, changes nothing more."""

    client: PrefectClient
    ledger: Ledger
    now: datetime
    done: Repaired = field(default_factory=Repaired)
    deployments: dict[str, UUID] = field(default_factory=dict)
    homes: dict[UUID, str] = field(default_factory=dict)

    async def all(self) -> Repaired:
        """Read Prefect first and the ledger second, so that a step opened meanwhile is started, never ended."""
        ours = await our_deployments(self.client)
        self.deployments = {found.name: found.id for found in ours if found.current}
        self.homes = {found.id: found.pool for found in ours if found.current}
        living = await living_step_runs(self.client, *(found.id for found in ours if not found.clockwork))
        wanted = {facts.step_id: facts for facts in running_steps(self.ledger, self.now)}
        shown = showing(living, wanted)
        self.done.steps = len(wanted)
        await self._each(self._start(facts) for step_id, facts in wanted.items() if step_id not in shown)
        await self._each(self._keep(run, wanted[step_id]) for step_id, run in shown.items())
        await self._each(self._look_at_form(run, wanted[run.step_id]) for run in self._in_turn(shown.values()))
        keep = {run.id for run in shown.values()}
        await self._each(self._end(run, shown.get(run.step_id)) for run in living if run.id not in keep)
        await self._rounds(ours)
        note_repair(self.ledger, {str(kind): count for kind, count in self.done.repairs.items()}, self.now)
        return self.done

    async def _rounds(self, ours: Iterable[SeenDeployment]) -> None:
        """Rounds nobody is at work on any more, and deployments nobody uses any more."""
        living = await living_runs(self.client, *(found.id for found in ours if found.clockwork))
        dead = [run for run in living if run.busy and self.now - run.since > ROUND_DEAD_AFTER]
        await self._each(self._bury(run) for run in dead)
        await self._each(self._pause(found) for found in ours if not found.current and not found.paused)

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
        """A step without a living run: the one it had has ended, or there is none, or it began while we looked."""
        if facts.run_id and (begun := await living_run(self.client, UUID(facts.run_id))):
            return await self._keep(begun, facts)
        before = facts.run_id
        if await ensure_run(self.client, self.ledger, facts, self.now, self.deployments):
            woken = before and run_facts(self.ledger, facts.step_id, self.now).run_id == before
            self.done.repairs[Difference.ENDED if woken else Difference.MISSING] += 1
        return None

    async def _keep(self, run: SeenRun, facts: RunFacts) -> None:
        if facts.run_id != str(run.id):
            note_run(self.ledger, facts.step_id, str(run.id), self.now)
            self.done.repairs[Difference.RUN_ID] += 1
        if has_other_labels(run, facts):
            await tag_run(self.client, run.id, run_name(facts), tags_of(facts))
            self.done.repairs[Difference.LABELS] += 1
        found = in_state(run, facts, self.homes, self.now)
        if found is None or not await as_seen(self.client, run):
            return
        if found is Difference.DEPLOYMENT:
            await Moving(self.client, self.ledger, self.now).move(run, facts, self.deployments)
        else:
            await restart_run(self.client, run.id, moment_of(facts, self.now) if facts.planned else None)
        self.done.repairs[found] += 1

    def _in_turn(self, shown: Iterable[SeenRun]) -> list[SeenRun]:
        """The waiting runs whose forms are looked at this time: all, or where there are very many, a part."""
        waiting = sorted((run for run in shown if run.asking), key=lambda run: run.id)
        parts = -(-len(waiting) // FORMS_AT_ONCE) or 1
        return waiting[int(self.now.timestamp() // FORMS_EVERY.total_seconds()) % parts :: parts]

    async def _look_at_form(self, run: SeenRun, facts: RunFacts) -> None:
        """A run may wait in the right way for a form that somebody deleted, or with an answer that nobody took."""
        sound = in_state(run, facts, self.homes, self.now) is None
        if sound and not await waits_well(self.client, run) and await as_seen(self.client, run):
            await restart_run(self.client, run.id)
            self.done.repairs[Difference.FORM] += 1

    async def _end(self, run: SeenRun, kept: SeenRun | None) -> None:
        """A run that no step needs: its step is closed, or shown by another run, or not of this ledger."""
        try:
            facts: RunFacts | None = run_facts(self.ledger, run.step_id, self.now)
        except UnknownRefusal:
            facts = None
        if kept is not None:
            if kept.busy:
                return  # it cannot be given an answer while it is at work
            if await carry_answers(self.client, run.id, kept.id):
                await restart_run(self.client, kept.id)
        if await close_run(self.client, run.id, facts, at_work_too=is_dead(run, self.now)):
            kind = Difference.DOUBLED if kept else Difference.CLOSED if facts else Difference.STRANGE
            self.done.repairs[kind] += 1

    async def _bury(self, run: SeenRun) -> None:
        await bury_run(self.client, run.id)
        self.done.repairs[Difference.ROUND] += 1

    async def _pause(self, found: SeenDeployment) -> None:
        await pause_deployment(self.client, found.id)
        self.done.repairs[Difference.ORPHAN] += 1


def showing(living: Iterable[SeenRun], wanted: Mapping[str, RunFacts]) -> dict[str, SeenRun]:
    """For each wanted step with a living run, the one run that shows it: the one the ledger knows, if it lives."""
    shown: dict[str, SeenRun] = {}
    for run in living:
        if run.step_id in wanted and (run.step_id not in shown or wanted[run.step_id].run_id == str(run.id)):
            shown[run.step_id] = run
    return shown
