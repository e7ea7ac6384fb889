"""The clockwork: each round does its work once, also when many rounds waited, and shows its figures."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled
from sqlmodel import func, select

from deployments.worker import execute
from flows.clockwork.sweep import sweep
from flows.rounds import SKIPPED
from integrations.ledger import Ledger
from integrations.ledger.tables import SweepRun
from tasks.find_deployments import find_deployments
from tests.flows.runs import Prefect, at_work, in_loop, looking, now, report, until

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("server")]


async def fresh(prefect: Prefect, name: str) -> UUID:
    """The deployment of this clockwork, rid of the rounds of other tests."""
    deployment = (await find_deployments(prefect.client, [name]))[name]
    for run in await runs_of(prefect, deployment):
        await prefect.client.delete_flow_run(run.id)
    return deployment


async def runs_of(prefect: Prefect, deployment: UUID) -> list[FlowRun]:
    only = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    return await prefect.client.read_flow_runs(deployment_filter=only)


async def ended(prefect: Prefect, run_id: UUID) -> FlowRun:
    async def look() -> FlowRun | None:
        run = await prefect.client.read_flow_run(run_id)
        return run if run.state and run.state.is_final() else None

    return await until(look)


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("sweep", "Termijnen bewaken", "stappen bekeken"),
        ("deliver", "Berichten versturen", "verstuurd"),
        ("reconcile", "Prefect bijwerken", "1 stap vergeleken"),
        ("board", "Overzicht bijwerken", "1 open stap, 0 te laat"),
        ("partners", "Partners bijwerken", "Niets te doen bij partners"),
        ("partners_daily", "Partners nalezen", "Niets na te lezen bij partners"),
    ],
)
def test_a_round_tells_what_it_did_in_figures(region: Ledger, name: str, title: str, said: str) -> None:
    report(region, f"C-{name.replace('_', '-')}")

    async def story() -> FlowRun:
        async with at_work() as prefect:
            run = await prefect.client.create_flow_run_from_deployment(await fresh(prefect, name))
            return await ended(prefect, run.id)

    run = in_loop(story())
    assert run.state is not None
    assert run.state_name == "Completed"
    assert said in (run.state.message or "")
    assert run.name.startswith(title)


def test_of_many_rounds_that_waited_one_does_the_work(region: Ledger) -> None:
    async def story() -> list[str]:
        async with looking() as prefect:
            deployment = await fresh(prefect, "sweep")
            await wait_in_line(prefect, deployment, 12)
        async with at_work() as prefect:

            async def all_over() -> list[str] | None:
                runs = [run for run in await runs_of(prefect, deployment) if not run.auto_scheduled]
                return [str(run.state_name) for run in runs] if all(map(is_over, runs)) else None

            return await until(all_over)

    states = in_loop(story())
    assert states.count("Completed") == 1
    assert set(states) <= {"Completed", SKIPPED}
    with region.reading() as session:
        assert session.exec(select(func.count()).select_from(SweepRun)).one() == 1


def test_rounds_that_no_worker_holds_yet_are_deleted_unstarted(region: Ledger) -> None:
    async def story() -> list[str | None]:
        async with looking() as prefect:
            deployment = await fresh(prefect, "sweep")
            oldest, *_ = await wait_in_line(prefect, deployment, 12)
            await asyncio.to_thread(execute, sweep, oldest)
            return [run.state_name for run in await runs_of(prefect, deployment) if not run.auto_scheduled]

    assert in_loop(story()) == ["Completed"]


async def wait_in_line(prefect: Prefect, deployment: UUID, count: int) -> list[FlowRun]:
    """Rounds that should have started five minutes ago, ten, and so on; the oldest first."""
    moments = [now() - timedelta(minutes=5 * number) for number in range(count, 0, -1)]
    start = prefect.client.create_flow_run_from_deployment
    return [await start(deployment, state=Scheduled(scheduled_time=moment)) for moment in moments]


def is_over(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_final()
