"""The pump: what the ledger decided reaches Prefect once, in order, and one bad row stops no other."""

from datetime import timedelta

import pytest

import flows.outbox
from flows.outbox import Pumped, pump
from integrations.ledger import SYSTEM, Ledger
from tasks.end_run import end_run
from tasks.run_facts import RunFacts, run_facts, waiting_outbox
from tasks.start_run import start_run
from tests.flows.runs import in_loop, looking, now, report

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("server")]


def tell(ledger: Ledger, act: str, step_id: str) -> None:
    with ledger.unit_of_work(now=now(), actor=SYSTEM) as uow:
        uow.tell_prefect(act, step_id)


def test_every_waiting_row_is_told_and_a_second_pump_has_nothing_to_do(region: Ledger) -> None:
    references = [report(region, f"O-{number}") for number in range(6)]

    async def story() -> tuple[Pumped, Pumped, list[int]]:
        async with looking() as prefect:
            first, second = await pump(prefect.client, region, now()), await pump(prefect.client, region, now())
            return first, second, [len(await prefect.runs(reference, "report_intake")) for reference in references]

    assert in_loop(story()) == (Pumped(done=6), Pumped(), [1] * 6)
    assert waiting_outbox(region, 10) == []


def test_a_row_that_fails_stays_and_stops_no_other(region: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = report(region, "O-bad"), report(region, "O-good")

    async def sometimes(client: object, facts: RunFacts, *rest: object) -> str:
        if facts.case_reference == bad:
            raise ConnectionError
        return await start_run(client, facts, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(flows.outbox, "start_run", sometimes)

    async def story() -> Pumped:
        async with looking() as prefect:
            return await pump(prefect.client, region, now())

    assert in_loop(story()) == Pumped(done=1, left=1)
    assert [item.step_id for item in waiting_outbox(region, 10)] == [f"{bad}.001"]
    assert run_facts(region, f"{good}.001", now()).run_id


def test_starting_twice_makes_one_run_and_wakes_one_that_ended_too_soon(region: Ledger) -> None:
    reference = report(region, "O-twice")

    async def story() -> list[str]:
        async with looking() as prefect:
            await pump(prefect.client, region, now())
            (run,) = await prefect.runs(reference, "report_intake")
            assert await end_run(prefect.client, run.id, "te vroeg")
            tell(region, "start_run", f"{reference}.001")
            await pump(prefect.client, region, now())
            return [str(found.state_name) for found in await prefect.runs(reference, "report_intake")]

    assert in_loop(story()) == ["Scheduled"]


def test_tags_follow_the_facts_of_the_step(region: Ledger) -> None:
    reference = report(region, "O-late")

    async def story() -> tuple[set[str], set[str]]:
        async with looking() as prefect:
            await pump(prefect.client, region, now())
            (before,) = await prefect.runs(reference, "report_intake")
            tell(region, "tag_run", f"{reference}.001")
            await pump(prefect.client, region, now() + timedelta(days=2))
            (after,) = await prefect.runs(reference, "report_intake")
            return set(before.tags), set(after.tags)

    before, after = in_loop(story())
    assert after - before == {"te-laat"}
    assert before - after == set()


def test_a_run_that_is_gone_needs_no_ending(region: Ledger) -> None:
    reference = report(region, "O-gone")

    async def story() -> Pumped:
        async with looking() as prefect:
            await pump(prefect.client, region, now())
            (run,) = await prefect.runs(reference, "report_intake")
            await prefect.client.delete_flow_run(run.id)
            tell(region, "end_run", f"{reference}.001")
            tell(region, "tag_run", f"{reference}.001")
            return await pump(prefect.client, region, now())

    assert in_loop(story()) == Pumped(done=2)
