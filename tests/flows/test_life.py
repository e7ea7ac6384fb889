"""The life of a step's run, with a real worker and the real ledger: ask, record, forget, follow, end."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from integrations.ledger import Ledger
from integrations.ledger.tables import Answer, Step
from tasks.record_answer import record_answer
from tests.flows.runs import Prefect, at_work, in_loop, now, report, until

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("server")]

FOLLOWS = "immediate_safety_check"


def answers(ledger: Ledger, step_id: str) -> list[Answer]:
    with ledger.reading() as session:
        return list(session.exec(select(Answer).where(Answer.step_id == step_id).order_by(Answer.id)))  # type: ignore[arg-type]


def step(ledger: Ledger, step_id: str) -> Step:
    with ledger.reading() as session:
        found = session.get(Step, step_id)
        assert found is not None
        return found


def test_an_answer_is_recorded_forgotten_by_prefect_and_followed(region: Ledger, home: Path) -> None:
    reference = report(region)

    async def story() -> None:
        async with at_work() as prefect:
            run = await prefect.in_state(reference, "report_intake", "Suspended")
            assert run.name == f"{reference} · Melding aannemen"
            assert run.parameters == {"step_id": f"{reference}.001"}
            assert {f"zaak:{reference}", "stap:report_intake", "stap"} <= set(run.tags)
            form = (await prefect.inputs(run.id))["suspended-answer-0-schema"]
            assert form["properties"]["outcome"]["title"] == "Uitkomst"
            assert await prefect.answer(run, vastgelegd_door="VT-911", outcome="Aangenomen") == "ACCEPT"
            ended = await prefect.in_state(reference, "report_intake", "Completed")
            assert await prefect.state(ended.id) == ("Completed", f"{reference} · report_intake: accepted")
            assert await prefect.inputs(run.id) == {}
            await prefect.in_state(reference, FOLLOWS, "Suspended")

    in_loop(story())
    recorded = answers(region, f"{reference}.001")
    assert [(found.key, found.given, found.by, found.door) for found in recorded] == [
        ("answer-0", {"outcome": "accepted"}, "VT-911", "formulier")
    ]
    with closing(sqlite3.connect(home / "prefect" / "prefect.db")) as database:
        held = database.execute("SELECT count(*) FROM flow_run_input WHERE key LIKE '%-response'").fetchone()
        results = database.execute("SELECT count(*) FROM artifact WHERE type = 'result'").fetchone()
    assert (held, results) == ((0,), (0,))


def test_a_report_goes_to_the_open_case_of_its_household_and_its_run_shows_that_one(region: Ledger) -> None:
    ours, theirs = report(region, "R-7"), report(region, "R-8")

    async def story() -> None:
        async with at_work() as prefect:
            run = await prefect.in_state(theirs, "report_intake", "Suspended", 0)
            assert await prefect.answer(run, vastgelegd_door="VT-911", belongs_to=ours) == "ACCEPT"
            again = await prefect.in_state(ours, "report_intake", "Suspended", 1)
            assert (again.id, again.name) == (run.id, f"{ours} · Melding aannemen")
            assert await prefect.answer(again, vastgelegd_door="VT-911", outcome="Aangenomen") == "ACCEPT"
            await prefect.in_state(ours, FOLLOWS, "Suspended")
            assert await prefect.runs(theirs, "report_intake") == []

    in_loop(story())


def test_an_incomplete_answer_is_kept_and_asked_again_with_what_is_missing(region: Ledger) -> None:
    reference = report(region, "R-2")
    record_answer(region, f"{reference}.001", {"outcome": "accepted"}, "VT-911", door="test", now=now())
    assessment = next(s for s in range(2, 9) if step(region, f"{reference}.{s:03}").kind == "safety_assessment")

    async def story() -> None:
        async with at_work() as prefect:
            run = await prefect.in_state(reference, "safety_assessment", "Suspended", 0)
            given = {"vastgelegd_door": "VT-101", "heard_A": "Ja", "outcome": "Structurele onveiligheid"}
            assert await prefect.answer(run, **given) == "ACCEPT"
            again = await prefect.in_state(reference, "safety_assessment", "Suspended", 1)
            assert again.id == run.id
            inputs = await prefect.inputs(run.id)
            assert set(inputs) == {"suspended-answer-1-schema", "suspended-answer-1-description"}
            assert "Kind B" in str(inputs["suspended-answer-1-schema"])
            assert inputs["suspended-answer-1-schema"]["properties"]["heard_A"]["default"] == "Ja"

    in_loop(story())
    kept = answers(region, f"{reference}.{assessment:03}")
    assert [(found.given, found.refused) for found in kept] == [({"heard_A": "yes"}, "KR-ONVOLLEDIG")]


def test_a_refused_answer_is_counted_and_the_next_form_says_so(region: Ledger) -> None:
    reference = report(region, "R-3")

    async def story() -> dict[str, object]:
        async with at_work() as prefect:
            run = await prefect.in_state(reference, "report_intake", "Suspended", 0)
            assert await prefect.answer(run, vastgelegd_door="ZZ-1", outcome="Aangenomen") == "ACCEPT"
            run = await prefect.in_state(reference, "report_intake", "Suspended", 1)
            return await prefect.inputs(run.id)

    assert "KR-CODE-ONBEKEND" in str(in_loop(story())["suspended-answer-1-schema"])
    assert [found.refused for found in answers(region, f"{reference}.001")] == ["KR-CODE-ONBEKEND"]


def test_a_form_with_a_field_it_does_not_ask_stays_waiting(region: Ledger) -> None:
    reference = report(region, "R-4")

    async def story() -> tuple[str, str]:
        async with at_work() as prefect:
            run = await prefect.in_state(reference, "report_intake", "Suspended")
            assert await prefect.answer(run, vastgelegd_door="VT-911", opmerking="tekst") == "REJECT"
            assert not [key for key in await prefect.inputs(run.id) if key.endswith("-response")]
            return await prefect.state(run.id)

    assert in_loop(story())[0] == "Suspended"
    assert answers(region, f"{reference}.001") == []


def test_a_step_answered_by_another_door_ends_its_run(region: Ledger) -> None:
    reference = report(region, "R-5")

    async def story() -> None:
        async with at_work() as prefect:
            run = await prefect.in_state(reference, "report_intake", "Suspended")
            record_answer(region, f"{reference}.001", {"outcome": "accepted"}, "VT-911", door="test", now=now())
            await prefect.in_state(reference, "report_intake", "Completed")
            assert (await prefect.state(run.id))[1] == f"{reference} · report_intake: accepted"
            await prefect.without_form(run.id)

    in_loop(story())


def test_a_second_run_that_somebody_starts_by_hand_ends_at_once(region: Ledger) -> None:
    reference = report(region, "R-6")

    async def story() -> tuple[str, str]:
        async with at_work() as prefect:
            run = await prefect.in_state(reference, "report_intake", "Suspended")
            copy = await prefect.client.create_flow_run_from_deployment(run.deployment_id, parameters=run.parameters)  # type: ignore[arg-type]
            return await ended(prefect, copy.id)

    assert in_loop(story()) == ("Completed", "Deze stap heeft al een run.")
    assert answers(region, f"{reference}.001") == []


def test_a_run_of_a_step_that_does_not_exist_fails_with_a_code_and_nothing_else(region: Ledger) -> None:
    reference = report(region, "R-7")

    async def story() -> tuple[str, str]:
        async with at_work() as prefect:
            run = await prefect.in_state(reference, "report_intake", "Suspended")
            stray = await prefect.client.create_flow_run_from_deployment(
                run.deployment_id,  # type: ignore[arg-type]
                parameters={"step_id": "Anna de Boer"},
            )
            return await ended(prefect, stray.id)

    name, message = in_loop(story())
    assert name == "Failed"
    assert "KR-STAP-ONBEKEND" in message
    assert "Boer" not in message


async def ended(prefect: Prefect, run_id: object) -> tuple[str, str]:
    async def look() -> tuple[str, str] | None:
        state = (await prefect.client.read_flow_run(run_id)).state  # type: ignore[arg-type]
        return (str(state.name), state.message or "") if state and state.is_final() else None

    return await until(look)
