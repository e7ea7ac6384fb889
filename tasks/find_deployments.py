"""Find the deployments: those of this version by name, and what older versions or hands left behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName, FlowFilter, FlowFilterName
from prefect.client.schemas.responses import DeploymentResponse

from domain.process import PROCESS

PAGE = 200
CLOCKWORK = {
    "sweep": "Termijnen bewaken",
    "deliver": "Berichten versturen",
    "reconcile": "Prefect bijwerken",
    "board": "Overzicht bijwerken",
    "partners": "Partners bijwerken",
    "partners_daily": "Partners nalezen",
}
"""Clockwork deployment → the Dutch name of its flow."""

FLOWS = {step.word: step.title for step in PROCESS} | CLOCKWORK
"""Every deployment of this version → the name of its flow: Prefect knows a deployment by both."""

STEPS_ROOM, CLOCK_ROOM = "flows.steps.", "flows.clockwork."


@dataclass(frozen=True)
class SeenDeployment:
    """A deployment of our code: of the clockwork or of a step. `current`: of this version; else left behind."""

    id: UUID
    name: str
    pool: str
    paused: bool
    clockwork: bool
    current: bool


async def find_deployments(client: PrefectClient, names: Iterable[str] | None = None) -> dict[str, UUID]:
    """Deployment name (a step's word, or a clockwork's) → its id; all of them, or those with these names."""
    wanted = sorted(FLOWS if names is None else FLOWS.keys() & set(names))
    found = await client.read_deployments(
        deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=wanted)),
        flow_filter=FlowFilter(name=FlowFilterName(any_=[FLOWS[name] for name in wanted])),
        limit=PAGE,
    )
    return {seen.name: seen.id for seen in found}


async def our_deployments(client: PrefectClient) -> list[SeenDeployment]:
    """Every deployment that runs our code, of whatever version; 200 a call."""
    current = set((await find_deployments(client)).values())
    seen: list[SeenDeployment] = []
    offset = 0
    while True:
        page = await client.read_deployments(limit=PAGE, offset=offset)
        ours = (found for found in page if (found.entrypoint or "").startswith((STEPS_ROOM, CLOCK_ROOM)))
        seen += [_seen(found, found.id in current) for found in ours]
        if len(page) < PAGE:
            return seen
        offset += PAGE


def _seen(found: DeploymentResponse, current: bool) -> SeenDeployment:
    clockwork = (found.entrypoint or "").startswith(CLOCK_ROOM)
    return SeenDeployment(found.id, found.name, found.work_pool_name or "", found.paused, clockwork, current)
