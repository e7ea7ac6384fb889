"""Prefect sees ids and codes: canaries through its forms, its rounds and its errors are nowhere in what it keeps."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree
from sqlite3 import connect
from uuid import UUID

import pytest
from sqlmodel import select

from deployments.deploy import deploy_all
from deployments.embedded import client_settings
from deployments.prefect_server import be_quiet, prefect_server
from domain.reports import IncomingPerson, IncomingReport
from integrations.ledger import Actor
from integrations.ledger.tables import Case
from integrations.settings import settings
from tasks.receive_report import receive
from tests.faults.leaks_canaries import Canaries
from tests.faults.leaks_scan import Scan, plant_everywhere
from tests.faults.leaks_world import ALLOWED, Ear, LeakWorld, listening
from tests.faults.tier import chance, scaled
from tests.flows.runs import Prefect, at_work, in_loop, now, until
from tests.messages.servers import smtp

Say = Callable[[str, object], None]
pytestmark = [pytest.mark.prefect, pytest.mark.timeout(600)]

ROUNDS = ("sweep", "deliver", "reconcile", "board")
RECORDER = "vastgelegd_door"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where this server keeps its files."""
    return tmp_path / "home"


@pytest.fixture
def world(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LeakWorld]:
    """A region of canaries with a real clock, which the flows of this process work on."""
    made = LeakWorld(tmp_path, now()).make(virtual=False)
    monkeypatch.setenv("KETENREGIE_HOME", str(home))
    monkeypatch.setenv("KETENREGIE_DATABASE", made.url)
    settings.cache_clear()
    yield made
    made.ledger.dispose()
    settings.cache_clear()


def reported(world: LeakWorld, number: int) -> list[str]:
    """So many cases with a canary in every code, each with its intake open; every other one acute."""
    for n in range(number):
        codes = {"number": "MELD", "household": "GEZIN", "district": "WIJK", "own_number": "ZAAK"}
        report = IncomingReport(
            source="POL-KUST",
            received_at=now(),
            channel="file",
            reporter_class="police",
            disclosure="open",
            concern="child_abuse",
            municipality="DUINWIJK",
            possibly_acute=n % 2 == 0,
            persons=(IncomingPerson(key="A", role="adult", birth_year=1988),),
            **{name: world.canaries.code(of) for name, of in codes.items()},  # type: ignore[arg-type]
        )
        with world.ledger.unit_of_work(now=now(), actor=Actor("VT-911", "vt_on_call", "test")) as uow:
            receive(uow, report, now())
    with world.ledger.reading() as session:
        return list(session.exec(select(Case.reference)))


async def forms(prefect: Prefect, world: LeakWorld, references: list[str]) -> int:
    """Answer the first form of each case with canaries: in a field, as a field, and as the code of who records."""
    pushed = 0
    for reference in references:
        run = await prefect.in_state(reference, "report_intake", "Suspended")
        for t in chance(reference).sample(list(world.canaries.disguises("FORM")), scaled(3, 17)):
            for given in ({"outcome": t}, {t: "x"}, {"opmerking": t}):
                assert await prefect.answer(run, **({RECORDER: "VT-911"} | given)) == "REJECT"
            assert await prefect.answer(run, **{RECORDER: t, "outcome": "Aangenomen"}) == "REJECT"
            pushed += 4
    return pushed


async def good_answer(prefect: Prefect, reference: str) -> None:
    """The intake is accepted, and what follows opens."""
    run = await prefect.in_state(reference, "report_intake", "Suspended")
    assert await prefect.answer(run, **{RECORDER: "VT-911", "outcome": "Aangenomen"}) == "ACCEPT"
    await prefect.in_state(reference, "report_intake", "Completed")


async def round_of(prefect: Prefect, name: str) -> str:
    """One run of a round, to its end; the name of its last state."""
    found = [one for one in await prefect.client.read_deployments(limit=200) if one.name == name]
    run = await prefect.client.create_flow_run_from_deployment(found[0].id)
    return await ended(prefect, run.id)


async def ended(prefect: Prefect, run_id: UUID) -> str:
    """The name of the state in which this run ended."""

    async def look() -> str | None:
        state = (await prefect.client.read_flow_run(run_id)).state
        return str(state.name) if state and state.is_final() else None

    return await until(look)


def say_in_errors(world: LeakWorld, t: str, table: str) -> None:
    """From now on the database says the canary in its own error, as PostgreSQL says the values of a row."""
    with closing(connect(world.root / "ledger.sqlite")) as database:
        database.execute(f"CREATE TRIGGER stuk BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{t}'); END")
        database.commit()


def mend(world: LeakWorld) -> None:
    """The database is itself again."""
    with closing(connect(world.root / "ledger.sqlite")) as database:
        database.execute("DROP TRIGGER stuk")
        database.commit()


def lived(world: LeakWorld, home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, Counter[str]]:
    """The life of some cases in Prefect, with everything that can go wrong; canaries pushed, and how rounds ended."""
    ends: Counter[str] = Counter()

    async def story() -> int:
        references = reported(world, 2)
        async with at_work() as prefect:
            ends.update([await round_of(prefect, "reconcile")])
            pushed = await forms(prefect, world, references)
            say_in_errors(world, world.canaries.code("FOUT"), "answer")
            run = await prefect.in_state(references[0], "report_intake", "Suspended")
            await prefect.answer(run, **{RECORDER: "VT-911", "outcome": "Aangenomen"})
            ends.update([await ended(prefect, run.id)])
            mend(world)
            await good_answer(prefect, references[1])
            t = world.canaries.code("SERVER")
            with smtp(RCPT=f"550 5.1.1 <{t}@voorbeeld.example> unknown {t}") as server:
                monkeypatch.setenv("KETENREGIE_MAIL_PORT", str(server.port))
                settings.cache_clear()
                ends.update([await round_of(prefect, name) for name in ROUNDS])
            say_in_errors(world, world.canaries.code("FOUT"), "sweep_run")
            ends.update([await round_of(prefect, "sweep")])
            mend(world)
        return pushed

    return in_loop(story()), ends


def test_prefect_keeps_no_canary_wherever_it_is_pushed(
    world: LeakWorld, home: Path, monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    be_quiet()
    with listening() as ear, prefect_server(home, port=0) as server, client_settings(home, server.url):
        in_loop(deploy_all())
        pushed, ends = lived(world, home, monkeypatch)
        found = searched(world, home, ear)
        copytree(home / "prefect", world.root / "while it runs", ignore=lambda *_: ["ui"])
    after = searched(world, home, ear)
    figures = {"pushed": pushed, "rounds": dict(ends), "columns": found.columns, "hits": len(found.hits)}
    record_property("said", f"leaks, Prefect: {json.dumps(figures)}")
    assert not found.hits, Counter(found.hits)
    assert not after.hits, Counter(after.hits)
    every_column_is_searched(world.root / "while it runs" / "prefect.db", record_property)


def searched(world: LeakWorld, home: Path, ear: Ear) -> Scan:
    """All that Prefect wrote down, as columns and as bytes, and all that was logged; the ledger's own beside it."""
    found = Scan(ALLOWED)
    found.folder(home, "prefect")
    found.text("log", "\n".join(ear.heard))
    return found


def every_column_is_searched(database: Path, record_property: Say) -> None:
    """A canary in each column of each of Prefect's tables, and in its log and its results: each is found."""
    assert database.stat().st_size > 100_000
    places = plant_everywhere(database, Canaries().code("META"))
    results = database.parent / "storage" / "0f3a"
    results.parent.mkdir(exist_ok=True)
    for path in (results, database.parent / "server.log"):
        path.write_text(Canaries().code("META"))
    found = Scan()
    found.folder(database.parent, "prefect")
    planted = {f"prefect:{place}" for place in places} | {"prefect:*", "prefect:*.log"}
    assert {hit.place for hit in found.hits if hit.field == "META"} >= planted
    assert len(planted) > 200
    record_property("said", f"leaks, Prefect's places: {json.dumps({'planted': len(planted), 'found': len(planted)})}")
