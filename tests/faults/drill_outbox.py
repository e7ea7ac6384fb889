"""The outbox under the kill drill: the product's pump against a Prefect that writes down what it is told."""

import asyncio
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from prefect.client.orchestration import PrefectClient
from prefect.states import Scheduled
from sqlmodel import select

from flows.outbox import pump
from integrations.ledger.tables import Outbox, Step, StepState
from tests.faults.drill_stories import World


class Written:
    """As much of Prefect as the pump asks for. A run has one id for each idempotency key, as in Prefect itself."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def _note(self, *what: str) -> None:
        with self.file.open("a") as file:
            file.write(json.dumps(what) + "\n")
            file.flush()
            os.fsync(file.fileno())

    async def read_deployments(self, *, deployment_filter: Any, **__: Any) -> list[SimpleNamespace]:
        """A deployment for every name."""
        names = deployment_filter.name.any_
        return [SimpleNamespace(name=name, id=uuid5(NAMESPACE_URL, name)) for name in names]

    async def create_flow_run_from_deployment(self, _: UUID, *, idempotency_key: str, **__: Any) -> SimpleNamespace:
        """The run of this key, made now or before."""
        self._note("run", idempotency_key)
        state: Any = Scheduled()
        moment = state.state_details.scheduled_time
        run = uuid5(NAMESPACE_URL, idempotency_key)
        return SimpleNamespace(id=run, state=state, next_scheduled_start_time=moment)

    async def set_flow_run_state(self, run: UUID, _: Any, **__: Any) -> None:
        """Noted."""
        self._note("state", str(run))

    async def update_flow_run(self, run: UUID, *, name: str, tags: list[str]) -> None:
        """Noted."""
        self._note("tags", str(run), name, *tags)


def tell(world: World) -> None:
    """Pump until nothing is left."""
    client = cast("PrefectClient", Written(world.folder / "prefect.jsonl"))
    while asyncio.run(pump(client, world.ledger, world.now)).done:
        pass


def untold(world: World) -> list[str]:
    """I1 of the outbox: each row was done, and Prefect was told of it; each run is the one of its step."""
    file = world.folder / "prefect.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    runs = {what[1] for what in map(json.loads, lines) if what[0] == "run"}
    tagged = {what[1] for what in map(json.loads, lines) if what[0] == "tags"}
    with world.ledger.reading() as session:
        rows, steps = session.exec(select(Outbox)).all(), {step.id: step for step in session.exec(select(Step))}
    found = [f"I1 not told: outbox {row.id}" for row in rows if row.done_at is None]
    for row in rows:
        step = steps[row.step_id]
        key = f"{step.id}:{step.run_attempt}"
        if step.state != StepState.OPEN:
            continue  # what was over before Prefect heard of it needs no run
        if row.act == "start_run" and (key not in runs or step.run_id != str(uuid5(NAMESPACE_URL, key))):
            found.append(f"I1 no run: {row.step_id}")
        if row.act == "tag_run" and step.run_id not in tagged:
            found.append(f"I1 no tags: {row.step_id}")
    return found
