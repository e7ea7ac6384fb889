"""Reconciliation: whatever happens to Prefect, the steps get their runs back, and nothing is asked twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Cancelled, Cancelling, Crashed, Failed, Paused, Pending, Running, Scheduled
from sqlmodel import col, select, update

from flows.differences import TOLD, Difference
from flows.repair import Repair, Repaired
from flows.steps.report_intake import report_intake
from integrations.ledger import Ledger
from integrations.ledger.tables import Audit, Step
from tasks.find_deployments import CLOCKWORK, FLOWS, find_deployments, our_deployments
from tasks.record_answer import record_answer
from tasks.run_facts import note_run, run_facts
from tests.flows.runs import Prefect, at_work, in_loop, looking, now, report

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("server")]

LATER = timedelta(minutes=11)
Change = Callable[[Prefect, Ledger, FlowRun], Awaitable[object]]


async def waiting_run(ledger: Ledger, reference: str) -> UUID:
    """The intake's run, waiting for its answer; the worker has stopped, and nothing of other tests is left."""
    async with at_work() as prefect:
        run_id = (await prefect.in_state(reference, "report_intake", "Suspended")).id
    async with looking() as prefect:
        await repair(prefect, ledger, LATER)
    return run_id


async def repair(prefect: Prefect, ledger: Ledger, later: timedelta = timedelta()) -> Repaired:
    return await Repair(prefect.client, ledger, now() + later).all()


async def waits_again(reference: str, run_id: UUID | None = None) -> None:
    async with at_work() as prefect:
        run = await prefect.in_state(reference, "report_intake", "Suspended")
        assert run_id in (None, run.id)
        assert f"suspended-{run.state.state_details.pause_key}-schema" in await prefect.inputs(run.id)  # type: ignore[union-attr]


def test_a_sound_prefect_is_left_as_it_is_and_that_is_said(region: Ledger) -> None:
    reference = report(region, "P-1")

    async def story() -> tuple[Repaired, Repaired]:
        await waiting_run(region, reference)
        async with looking() as prefect:
            return await repair(prefect, region), await repair(prefect, region, LATER)

    sound = Repaired(steps=1)
    assert in_loop(story()) == (sound, sound)
    assert sound.told() == "1 stap vergeleken: alles klopt"
    assert "Prefect klopt met de administratie." in sound.report()


def to(state: State[None]) -> Change:
    """Somebody sets the run to this state by hand."""

    async def change(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
        await prefect.client.set_flow_run_state(run.id, state, force=True)

    return change


async def delete_it(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    await prefect.client.delete_flow_run(run.id)


async def other_tags(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    await prefect.client.update_flow_run(run.id, name="iets anders", tags=["stap", "acuut"])


async def without_tags(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    await prefect.client.update_flow_run(run.id, tags=[])


async def another_number(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    note_run(ledger, run.parameters["step_id"], str(uuid4()), now())


async def no_number(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    note_run(ledger, run.parameters["step_id"], "", now())


async def form_deleted(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    for key in await prefect.inputs(run.id):
        await prefect.client.delete_flow_run_input(run.id, key)


async def ledger_restored(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    """The ledger asks another time than the form that waits: its copy was older, or newer."""
    with ledger.writer.begin() as connection:
        connection.execute(update(Step).where(col(Step.id) == run.parameters["step_id"]).values(asked=3))


async def copied(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    state: State[None] = Scheduled(scheduled_time=now() + timedelta(days=1))
    assert run.deployment_id is not None
    await prefect.client.create_flow_run_from_deployment(run.deployment_id, parameters=run.parameters, state=state)


async def deployment_deleted(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    """And deployed again, as an upgrade does."""
    assert run.deployment_id is not None
    await prefect.client.delete_deployment(run.deployment_id)
    await deploy_intake(prefect, "report_intake")


async def moved_to_an_old_name(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    """A version before this one called the deployment otherwise; the run is of then."""
    old = await deploy_intake(prefect, "intake_van_vroeger")
    await prefect.client.delete_flow_run(run.id)
    made = await prefect.client.create_flow_run_from_deployment(
        old, parameters=run.parameters, name=run.name, tags=run.tags, idempotency_key=run.idempotency_key
    )
    note_run(ledger, run.parameters["step_id"], str(made.id), now())


async def moved_to_another_pool(prefect: Prefect, ledger: Ledger, run: FlowRun) -> None:
    """The deployment goes to another work pool and back: the run that was made meanwhile waits where nobody works."""
    with suppress(ObjectAlreadyExists):
        await prefect.client.create_work_pool(WorkPoolCreate(name="oud", type="process"))
    await prefect.client.delete_flow_run(run.id)
    deployment = await deploy_intake(prefect, "report_intake", pool="oud")
    made = await prefect.client.create_flow_run_from_deployment(
        deployment, parameters=run.parameters, name=run.name, tags=run.tags, idempotency_key=run.idempotency_key
    )
    note_run(ledger, run.parameters["step_id"], str(made.id), now())
    await deploy_intake(prefect, "report_intake")


async def deploy_intake(prefect: Prefect, name: str, pool: str = "keten") -> UUID:
    flow_id = await prefect.client.create_flow(report_intake)
    entrypoint = "flows.steps.report_intake.report_intake"
    return await prefect.client.create_deployment(
        flow_id, name, entrypoint=entrypoint, work_pool_name=pool, tags=["stap"], pull_steps=[], paused=False
    )


CHANGES: dict[str, tuple[Change, dict[Difference, int]]] = {
    "cancelled": (to(Cancelled()), {Difference.ENDED: 1}),
    "failed": (to(Failed()), {Difference.ENDED: 1}),
    "crashed": (to(Crashed()), {Difference.ENDED: 1}),
    "deleted": (delete_it, {Difference.MISSING: 1}),
    "running without a worker": (to(Running()), {Difference.DEAD: 1}),
    "pending without a worker": (to(Pending()), {Difference.DEAD: 1}),
    "cancelling": (to(Cancelling()), {Difference.ENDED: 1}),
    "paused by hand": (to(Paused(timeout_seconds=99999)), {Difference.FORM: 1}),
    "form deleted": (form_deleted, {Difference.FORM: 1}),
    "another asking": (ledger_restored, {Difference.FORM: 1}),
    "put off": (to(Scheduled(scheduled_time=now() + timedelta(days=9))), {Difference.MOMENT: 1}),
    "other tags and name": (other_tags, {Difference.LABELS: 1}),
    "no tags": (without_tags, {Difference.LABELS: 1}),
    "another number": (another_number, {Difference.RUN_ID: 1}),
    "no number": (no_number, {Difference.RUN_ID: 1}),
    "doubled": (copied, {Difference.DOUBLED: 1}),
    "old deployment": (moved_to_an_old_name, {Difference.DEPLOYMENT: 1, Difference.ORPHAN: 1}),
    "other pool": (moved_to_another_pool, {Difference.DEPLOYMENT: 1}),
}


@pytest.mark.parametrize(
    ("changes", "later"),
    [
        ({name: pair for name, pair in CHANGES.items() if Difference.DEAD not in pair[1]}, timedelta()),
        ({"deployment deleted": (deployment_deleted, {Difference.DEPLOYMENT: 1})}, timedelta()),
        ({name: pair for name, pair in CHANGES.items() if Difference.DEAD in pair[1]}, LATER),
    ],
    ids=["at rest", "deployed anew", "at work"],
)
def test_each_difference_is_repaired_once_and_its_step_waits_again(
    region: Ledger, changes: dict[str, tuple[Change, dict[Difference, int]]], later: timedelta
) -> None:
    references = {name: report(region, f"D-{number}") for number, name in enumerate(changes)}

    async def story() -> tuple[Counter[Difference], Counter[Difference], list[int]]:
        async with at_work() as prefect:
            runs = {
                name: await prefect.in_state(case, "report_intake", "Suspended") for name, case in references.items()
            }
        async with looking() as prefect:
            await repair(prefect, region)
            for name, (change, _) in changes.items():
                await change(prefect, region, await prefect.client.read_flow_run(runs[name].id))
            first, second = await repair(prefect, region, later), await repair(prefect, region)
            assert first.failed == second.failed == 0
        async with at_work() as prefect:
            for case in references.values():
                await prefect.in_state(case, "report_intake", "Suspended")
        async with looking() as prefect:
            third = await repair(prefect, region)
            alive = [await prefect.alive(f"{case}.001") for case in references.values()]
            return first.repairs, second.repairs + third.repairs, alive

    expected = sum((Counter(repairs) for _, repairs in changes.values()), Counter[Difference]())
    assert in_loop(story()) == (expected, Counter(), [1] * len(changes))
    with region.reading() as session:
        told = session.exec(
            select(Audit).where(Audit.act == "prefect-hersteld").order_by(col(Audit.seq).desc())
        ).first()
        assert told is not None
        assert told.details == {str(kind): count for kind, count in expected.items()}


def test_an_answer_given_in_a_run_of_an_old_deployment_is_recorded_and_not_asked_again(region: Ledger) -> None:
    reference = report(region, "P-11")

    async def story() -> tuple[Counter[Difference], bool]:
        run_id = await waiting_run(region, reference)
        async with looking() as prefect:
            run = await prefect.client.read_flow_run(run_id)
            old = await deploy_intake(prefect, "intake_van_eerder")
            assert await prefect.answer(run, vastgelegd_door="VT-911", outcome="Aangenomen") == "ACCEPT"
            made = await prefect.client.create_flow_run_from_deployment(old, parameters=run.parameters)
            for key, value in (await prefect.raw_inputs(run_id)).items():
                await prefect.client.create_flow_run_input(made.id, key, value)
            await prefect.client.delete_flow_run(run_id)
            note_run(region, f"{reference}.001", str(made.id), now())
            done = await repair(prefect, region)
        async with at_work() as prefect:
            await prefect.in_state(reference, "report_intake", "Completed")
            return done.repairs, await prefect.inputs(made.id) == {}

    repairs, forgotten = in_loop(story())
    assert repairs[Difference.DEPLOYMENT] == 1
    assert forgotten
    assert run_facts(region, f"{reference}.001", now()).outcome == "accepted"


def test_an_answer_in_the_one_of_two_runs_that_goes_is_carried_to_the_other(region: Ledger) -> None:
    reference = report(region, "P-12")

    async def story() -> Counter[Difference]:
        run_id = await waiting_run(region, reference)
        async with looking() as prefect:
            run = await prefect.client.read_flow_run(run_id)
            await copied(prefect, region, run)
            [copy] = [found for found in await prefect.all_runs(f"{reference}.001") if found.id != run_id]
            given = '{"vastgelegd_door": "VT-911", "outcome": "Aangenomen"}'
            await prefect.client.create_flow_run_input(copy.id, "suspended-answer-0-response", given)
            done = await repair(prefect, region)
        async with at_work() as prefect:
            await prefect.in_state(reference, "report_intake", "Completed")
        return done.repairs

    assert in_loop(story())[Difference.DOUBLED] == 1
    assert run_facts(region, f"{reference}.001", now()).outcome == "accepted"


def test_a_round_of_an_old_deployment_is_paused_and_said_once(region: Ledger) -> None:
    async def story() -> tuple[int, int, dict[str, bool]]:
        async with looking() as prefect:
            flow_id = await prefect.client.create_flow(report_intake)
            entrypoint = "flows.clockwork.sweep.sweep"
            await prefect.client.create_deployment(
                flow_id, "ronde_van_vroeger", entrypoint=entrypoint, work_pool_name="keten", pull_steps=[], paused=False
            )
            first, second = await repair(prefect, region), await repair(prefect, region)
            found = {seen.name: seen.paused for seen in await our_deployments(prefect.client)}
            return first.repairs[Difference.ORPHAN], second.repairs[Difference.ORPHAN], found

    first, second, paused = in_loop(story())
    assert (first, second, paused["ronde_van_vroeger"]) == (1, 0, True)
    assert not any(paused[name] for name in FLOWS)


def test_a_flow_that_was_renamed_leaves_one_deployment_in_use(region: Ledger) -> None:
    """Prefect knows a deployment by its flow's name too: a renamed step makes a second one of the same name."""

    async def story() -> tuple[UUID, dict[str, UUID], list[bool]]:
        async with looking() as prefect:
            flow_id = await prefect.client.create_flow(report_intake.with_options(name="Melding oud"))
            entrypoint = "flows.steps.report_intake.report_intake"
            old = await prefect.client.create_deployment(
                flow_id, "report_intake", entrypoint=entrypoint, work_pool_name="keten", pull_steps=[], paused=False
            )
            await repair(prefect, region)
            twins = [seen for seen in await our_deployments(prefect.client) if seen.name == "report_intake"]
            current = await find_deployments(prefect.client, ["report_intake"])
            await prefect.client.delete_deployment(old)
            return old, current, sorted(seen.paused for seen in twins)

    old, current, paused = in_loop(story())
    assert current["report_intake"] != old
    assert paused == [False, True]


def test_every_kind_of_difference_has_its_words_and_every_round_its_flow() -> None:
    from flows.clockwork import board, deliver, partners, partners_daily, reconcile, sweep

    assert set(TOLD) == set(Difference)
    flows = {"sweep": sweep.sweep, "deliver": deliver.deliver, "reconcile": reconcile.reconcile, "board": board.board}
    flows |= {"partners": partners.partners, "partners_daily": partners_daily.partners_daily}
    assert {name: flow.name for name, flow in flows.items()} == CLOCKWORK


def test_an_ended_case_of_another_ledger_is_ended_here_too_and_never_asked_again(region: Ledger) -> None:
    """A ledger that was replaced: Prefect still shows steps that are not in it."""
    reference = report(region, "P-13")

    async def story() -> tuple[Counter[Difference], Counter[Difference], str]:
        run_id = await waiting_run(region, reference)
        with region.writer.begin() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for table in ("outbox", "message", "step"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        async with looking() as prefect:
            first, second = await repair(prefect, region), await repair(prefect, region)
            return first.repairs, second.repairs, (await prefect.state(run_id))[0]

    assert in_loop(story()) == (Counter({Difference.STRANGE: 1}), Counter(), "Completed")


def test_an_answer_in_a_run_whose_worker_died_is_recorded_and_not_asked_again(region: Ledger) -> None:
    reference = report(region, "P-4")

    async def story() -> tuple[int, int]:
        run_id = await waiting_run(region, reference)
        async with looking() as prefect:
            run = await prefect.client.read_flow_run(run_id)
            assert await prefect.answer(run, vastgelegd_door="VT-911", outcome="Aangenomen") == "ACCEPT"
            await prefect.client.set_flow_run_state(run_id, Running(), force=True)  # taken, and then the worker died
            at_once, later = await repair(prefect, region), await repair(prefect, region, LATER)
        async with at_work() as prefect:
            await prefect.in_state(reference, "report_intake", "Completed")
            assert await prefect.inputs(run_id) == {}
        return at_once.repairs[Difference.DEAD], later.repairs[Difference.DEAD]

    assert in_loop(story()) == (0, 1)
    assert run_facts(region, f"{reference}.001", now()).outcome == "accepted"


def test_a_run_of_a_step_that_was_closed_is_ended(region: Ledger) -> None:
    reference = report(region, "P-5")

    async def story() -> tuple[str, str]:
        run_id = await waiting_run(region, reference)
        record_answer(region, f"{reference}.001", {"outcome": "accepted"}, "VT-911", door="test", now=now())
        async with looking() as prefect:
            assert (await repair(prefect, region)).repairs[Difference.CLOSED] == 1
            return await prefect.state(run_id)

    assert in_loop(story()) == ("Completed", f"{reference} · report_intake: accepted")


def test_of_two_runs_the_one_the_ledger_knows_stays(region: Ledger) -> None:
    reference = report(region, "P-6")

    async def story() -> tuple[str, str]:
        run_id = await waiting_run(region, reference)
        async with looking() as prefect:
            run = await prefect.client.read_flow_run(run_id)
            copy = await prefect.client.create_flow_run_from_deployment(
                run.deployment_id,  # type: ignore[arg-type]
                parameters=run.parameters,
                state=Scheduled(scheduled_time=now() + timedelta(days=1)),
            )
            assert (await repair(prefect, region)).repairs == {Difference.DOUBLED: 1}
            return (await prefect.state(run_id))[0], (await prefect.state(copy.id))[0]

    assert in_loop(story()) == ("Suspended", "Completed")


def test_two_reconciliations_at_once_make_one_run(region: Ledger) -> None:
    reference = report(region, "P-8")

    async def story() -> int:
        async with looking() as prefect:
            await asyncio.gather(*(repair(prefect, region) for _ in range(3)))
            return len(await prefect.runs(reference, "report_intake"))

    assert in_loop(story()) == 1
