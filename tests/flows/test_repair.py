"""Reconciliation: whatever happens to Prefect, the steps get their runs back, and nothing is asked twice."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from prefect.states import Cancelled, Running, Scheduled

from flows.repair import Repair, Repaired
from integrations.ledger import Ledger
from tasks.record_answer import record_answer
from tasks.run_facts import note_run, run_facts
from tests.flows.runs import Prefect, at_work, in_loop, looking, now, report

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect"), pytest.mark.usefixtures("server")]

LATER = timedelta(minutes=11)


async def waiting_run(ledger: Ledger, reference: str) -> UUID:
    """The intake's run, waiting for its answer; the worker has stopped."""
    async with at_work() as prefect:
        return (await prefect.in_state(reference, "report_intake", "Suspended")).id


async def repair(prefect: Prefect, ledger: Ledger, later: timedelta = timedelta()) -> Repaired:
    return await Repair(prefect.client, ledger, now() + later).all()


async def waits_again(reference: str, run_id: UUID | None = None) -> None:
    async with at_work() as prefect:
        run = await prefect.in_state(reference, "report_intake", "Suspended")
        assert run_id in (None, run.id)
        assert f"suspended-{run.state.state_details.pause_key}-schema" in await prefect.inputs(run.id)  # type: ignore[union-attr]


def test_a_sound_prefect_is_left_as_it_is(region: Ledger) -> None:
    reference = report(region, "P-1")

    async def story() -> tuple[Repaired, Repaired]:
        await waiting_run(region, reference)
        async with looking() as prefect:
            await repair(prefect, region, LATER)  # ends what other tests left behind
            return await repair(prefect, region), await repair(prefect, region, LATER)

    sound = Repaired(steps=1)
    assert in_loop(story()) == (sound, sound)


def test_a_step_whose_run_was_deleted_gets_a_new_one(region: Ledger) -> None:
    reference = report(region, "P-2")

    async def story() -> int:
        run_id = await waiting_run(region, reference)
        async with looking() as prefect:
            await prefect.client.delete_flow_run(run_id)
            started = (await repair(prefect, region)).started
        await waits_again(reference)
        return started

    assert in_loop(story()) == 1
    assert run_facts(region, f"{reference}.001", now()).run_id


def test_a_run_that_was_cancelled_by_hand_asks_again(region: Ledger) -> None:
    reference = report(region, "P-3")

    async def story() -> int:
        run_id = await waiting_run(region, reference)
        async with looking() as prefect:
            await prefect.client.set_flow_run_state(run_id, Cancelled(), force=True)
            started = (await repair(prefect, region)).started
        await waits_again(reference, run_id)
        return started

    assert in_loop(story()) == 1


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
        return at_once.restarted, later.restarted

    assert in_loop(story()) == (0, 1)
    assert run_facts(region, f"{reference}.001", now()).outcome == "accepted"


def test_a_run_of_a_step_that_was_closed_is_ended(region: Ledger) -> None:
    reference = report(region, "P-5")

    async def story() -> tuple[str, str]:
        run_id = await waiting_run(region, reference)
        record_answer(region, f"{reference}.001", {"outcome": "accepted"}, "VT-911", door="test", now=now())
        async with looking() as prefect:
            assert (await repair(prefect, region)).ended >= 1
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
            assert (await repair(prefect, region)).ended >= 1
            return (await prefect.state(run_id))[0], (await prefect.state(copy.id))[0]

    assert in_loop(story()) == ("Suspended", "Completed")


def test_a_ledger_that_knows_no_run_takes_the_one_that_lives(region: Ledger) -> None:
    reference = report(region, "P-7")

    async def story() -> UUID:
        run_id = await waiting_run(region, reference)
        note_run(region, f"{reference}.001", "", now())
        async with looking() as prefect:
            await repair(prefect, region)
        return run_id

    run_id = in_loop(story())
    assert run_facts(region, f"{reference}.001", now()).run_id == str(run_id)


def test_two_reconciliations_at_once_make_one_run(region: Ledger) -> None:
    reference = report(region, "P-8")

    async def story() -> int:
        async with looking() as prefect:
            await asyncio.gather(*(repair(prefect, region) for _ in range(3)))
            return len(await prefect.runs(reference, "report_intake"))

    assert in_loop(story()) == 1
