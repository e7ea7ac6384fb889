"""Pump the outbox: tell Prefect what the ledger decided. Each row on its own; what fails waits for the next pump."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from domain.errors import OutsideFailure, UnknownRefusal
from integrations.ledger import Ledger
from tasks.end_run import end_run
from tasks.find_deployments import find_deployments
from tasks.forget_answer import forget_inputs
from tasks.read_inputs import read_inputs
from tasks.run_facts import OutboxItem, RunFacts, note_run, outbox_done, outbox_failed, run_facts, waiting_outbox
from tasks.start_run import run_name, start_run, tags_of
from tasks.tag_run import tag_run

AT_ONCE = 4  # Prefect's SQLite server refuses at about sixty requests at once
LIMIT = 100

LOGGER = logging.getLogger(__name__)


@dataclass
class Pumped:
    """What one pump did: rows done, rows left for the next."""

    done: int = 0
    left: int = 0


async def pump(client: PrefectClient, ledger: Ledger, now: datetime, limit: int = LIMIT) -> Pumped:
    """Perform at most `limit` waiting rows, oldest first; the rows of one step in their order, four steps at once."""
    waiting = waiting_outbox(ledger, limit)
    pumped = Pumped()
    if waiting:
        pumping = _Pumping(client, ledger, now, pumped)
        await asyncio.gather(*(pumping.step(items) for items in _by_step(waiting)))
    return pumped


def _by_step(items: Iterable[OutboxItem]) -> list[list[OutboxItem]]:
    steps: dict[str, list[OutboxItem]] = defaultdict(list)
    for item in items:
        steps[item.step_id].append(item)
    return list(steps.values())


@dataclass
class _Pumping:
    """One pump at work."""

    client: PrefectClient
    ledger: Ledger
    now: datetime
    pumped: Pumped

    def __post_init__(self) -> None:
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.deployments: dict[str, UUID] = {}

    async def step(self, items: list[OutboxItem]) -> None:
        async with self.gate:
            for item in items:
                try:
                    told = await self._tell(item)
                except Exception as error:  # one row stops no other; the row stays
                    LOGGER.warning("outbox %s %s: %s", item.id, item.act, type(error).__name__)
                    outbox_failed(self.ledger, item.id, self.now, type(error).__name__)
                    told = False
                self.pumped.done += told
                self.pumped.left += not told

    async def _tell(self, item: OutboxItem) -> bool:
        try:
            facts = run_facts(self.ledger, item.step_id, self.now)
        except UnknownRefusal as refusal:
            outbox_done(self.ledger, item.id, self.now, refusal.code)
            return True
        if told := await self._act(item.act, facts):
            outbox_done(self.ledger, item.id, self.now)
        return told

    async def _act(self, act: str, facts: RunFacts) -> bool:
        if act == "start_run":
            await ensure_run(self.client, self.ledger, facts, self.now, self.deployments)
        elif facts.run_id and act == "tag_run":
            await tag_run(self.client, UUID(facts.run_id), run_name(facts), tags_of(facts))
        elif facts.run_id and act == "end_run":
            return await close_run(self.client, UUID(facts.run_id), facts)
        return True


async def ensure_run(
    client: PrefectClient, ledger: Ledger, facts: RunFacts, now: datetime, deployments: dict[str, UUID]
) -> bool:
    """See to it that a step that is asked, or will be, has its run. True when a run was needed.

    `deployments` is what is known of them by name; what is not yet known is looked up and added.
    """
    if not (facts.open or (facts.planned and facts.opens_at)):
        return False
    if facts.kind not in deployments:
        deployments |= await find_deployments(client, [facts.kind])
    if facts.kind not in deployments:
        raise OutsideFailure("KR-PREFECT", what=facts.kind)
    run_id = await start_run(client, facts, deployments[facts.kind], now)
    if run_id != facts.run_id:
        note_run(ledger, facts.step_id, run_id, now)
    return True


async def close_run(client: PrefectClient, run_id: UUID, facts: RunFacts | None, *, at_work_too: bool = False) -> bool:
    """End a run and take its form away. False when the run is at work: it is looked at again later."""
    message = closing_message(facts) if facts else "Geen stap van deze administratie."
    ended = await end_run(client, run_id, message, at_work_too=at_work_too)
    if ended:
        await forget_inputs(client, run_id, await read_inputs(client, run_id))
    return ended


def closing_message(facts: RunFacts) -> str:
    """What a run that ended says: reference, step and outcome, in codes."""
    return f"{facts.case_reference} · {facts.kind}: {facts.outcome or 'vervallen'}"
