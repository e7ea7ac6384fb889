"""The real server: it starts, has every deployment and its schedules, keeps to itself, and leaves nothing behind."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest
from prefect import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.server.api.server import is_client_retryable_exception
from sqlalchemy.exc import OperationalError

from deployments.deploy import deploy_all
from deployments.prefect_child import Turn
from deployments.prefect_env import QUIET, ui_folder
from deployments.prefect_file import listed, scheduled
from deployments.prefect_server import PrefectServer
from deployments.views import MARK, bring_views, save_views
from domain.process import PROCESS
from flows.views import VIEWS
from tests.flows.runs import in_loop, until
from tests.prefect_tables import PrefectTables

pytestmark = pytest.mark.prefect

STANDING = ("sweep", "deliver", "reconcile", "board")
CLOCKWORK = (*STANDING, "partners", "partners_daily")
WAITED = 1.5  # seconds until whoever writes stands waiting
READS = 5
PARENT = """
import sys, time
from pathlib import Path
from deployments.prefect_server import start_server
print(start_server(Path(sys.argv[1]), 0).process.pid, flush=True)
time.sleep(300)
"""


async def deployments() -> list[DeploymentResponse]:
    async with get_client() as client:
        return await client.read_deployments(limit=200)


def test_the_server_application_can_be_imported(tmp_path: Path) -> None:
    """A release of FastAPI that Prefect cannot work with fails here, and not first at an operator's."""
    command = "from prefect.server.api.server import create_app; create_app()"
    env = os.environ | QUIET | {"PREFECT_HOME": str(tmp_path), "PREFECT_SERVER_UI_ENABLED": "false"}
    done = subprocess.run([sys.executable, "-c", command], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_file_lists_the_clockwork_and_every_step_of_the_process_in_its_order() -> None:
    assert [entry["name"] for entry in listed()] == [*CLOCKWORK, *(step.word for step in PROCESS)]


def test_every_deployment_of_the_file_is_there_under_the_dutch_name_of_its_flow(server: PrefectServer) -> None:
    async def flows_of() -> dict[str, str]:
        async with get_client() as client:
            return {found.name: (await client.read_flow(found.flow_id)).name for found in await deployments()}

    names = in_loop(flows_of())
    assert set(names) >= {entry["name"] for entry in listed()}
    assert {step.word: step.title for step in PROCESS}.items() <= names.items()


def test_each_scheduled_deployment_gets_a_scheduled_run(server: PrefectServer) -> None:
    """The guard against a library that lets Prefect's scheduler do nothing without a word."""
    assert scheduled() == list(STANDING), "without a partners' file the rounds with partners stand off"

    async def planned(name: str) -> int | None:
        state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
        only = DeploymentFilter(name=DeploymentFilterName(any_=[name]))
        async with get_client() as client:
            found = await client.read_flow_runs(deployment_filter=only, flow_run_filter=FlowRunFilter(state=state))
            return len(found) or None

    async def all_planned() -> list[int]:
        return [await until(lambda name=name: planned(name)) for name in scheduled()]  # type: ignore[misc]

    assert all(count > 0 for count in in_loop(all_planned()))


def test_no_step_runs_by_schedule(server: PrefectServer) -> None:
    words = {step.word for step in PROCESS}
    assert [found.name for found in in_loop(deployments()) if found.name in words and found.schedules] == []


def test_deploying_again_changes_nothing(server: PrefectServer) -> None:
    before = {(found.name, found.id, found.entrypoint) for found in in_loop(deployments())}
    in_loop(deploy_all())
    after = in_loop(deployments())
    assert {(found.name, found.id, found.entrypoint) for found in after} == before
    assert {found.name: len(found.schedules) for found in after if found.schedules} == dict.fromkeys(CLOCKWORK, 1)
    standing = {found.name for found in after if any(schedule.active for schedule in found.schedules)}
    assert standing == set(STANDING)


def test_saving_the_views_twice_keeps_one_of_each(server: PrefectServer) -> None:
    save_views(server.url)
    save_views(server.url)
    found = httpx.post(f"{server.url}/api/saved_searches/filter", json={}, timeout=60).json()
    assert sorted(view["name"] for view in found) == sorted(VIEWS)


def test_the_page_of_the_second_interface_brings_the_views_along_once(server: PrefectServer, home: Path) -> None:
    bring_views(ui_folder(home))
    bring_views(ui_folder(home))
    page = httpx.get(f"{server.url}/v2/", timeout=60).text
    assert page.count(f'<script id="{MARK}">') == 1
    assert all(f'"{name}"' in page for name in VIEWS)


def test_a_page_may_reach_no_other_address(server: PrefectServer) -> None:
    policy = httpx.get(f"{server.url}/v2/", timeout=60).headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy
    assert "*" not in policy


def test_a_page_of_another_site_may_not_read_the_server(server: PrefectServer) -> None:
    headers = {"Origin": "https://elders.example"}
    answer = httpx.post(f"{server.url}/api/flow_runs/filter", json={"limit": 1}, headers=headers, timeout=60)
    assert "access-control-allow-origin" not in answer.headers


def test_many_writers_at_once_are_all_served(server: PrefectServer) -> None:
    """Prefect's own SQLite settings answered one in twelve with 503 under less."""

    async def write(client: httpx.AsyncClient, number: int) -> int:
        return (await client.post("/flows/", json={"name": f"schrijver-{number}"})).status_code

    async def all_at_once() -> set[int]:
        async with httpx.AsyncClient(base_url=f"{server.url}/api", timeout=60) as client:
            return set(await asyncio.gather(*(write(client, number) for number in range(40))))

    assert in_loop(all_at_once()) <= {200, 201}


def test_who_waits_to_write_keeps_nobody_from_reading(server: PrefectServer, home: Path) -> None:
    """Each waited inside SQLite with a connection in its hand: fifteen stopped the server, for up to a minute."""
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(home / "prefect" / "prefect.db", isolation_level=None, timeout=60)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            held.set()
            over.wait(55)  # less than the patience of a writer
            connection.execute("ROLLBACK")

    async def ask(client: httpx.AsyncClient, path: str, body: dict[str, object]) -> int:
        return (await client.post(path, json=body)).status_code

    async def all_at_once() -> tuple[list[int], list[bool], list[int]]:
        async with httpx.AsyncClient(base_url=f"{server.url}/api", timeout=120) as client:
            names = (f"wachter-{number}" for number in range(30))
            writers = [asyncio.create_task(ask(client, "/flows/", {"name": name})) for name in names]
            await asyncio.sleep(WAITED)
            reads = [await ask(client, "/flows/filter", {"limit": 1}) for _ in range(READS)]
            written = [writer.done() for writer in writers]
            over.set()
            return reads, written, await asyncio.gather(*writers)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(60)
    reads, written, writes = in_loop(all_at_once())
    holder.join()
    assert reads == [200] * READS
    assert not any(written), "who reads has been served before the first who writes"
    assert writes == [201] * len(written)


def test_turns_are_taken_in_order_and_nobody_waits_for_itself() -> None:
    said = []

    async def act(turn: Turn, name: str) -> None:
        async with turn.taken():
            said.append(f"{name} in")
            async with turn.taken():
                await asyncio.sleep(0)
            said.append(f"{name} uit")

    async def story() -> None:
        turn = Turn()
        with suppress(LookupError):
            async with turn.taken():
                early, given_up = asyncio.create_task(act(turn, "een")), asyncio.create_task(act(turn, "weg"))
                await asyncio.sleep(0)
                said.append("nul uit")
                raise LookupError
        given_up.cancel()
        await asyncio.gather(act(turn, "twee"), act(turn, "drie"), early)
        await asyncio.gather(given_up, return_exceptions=True)

    asyncio.run(story())
    assert said == ["nul uit", "een in", "een uit", "twee in", "twee uit", "drie in", "drie uit"]


def test_a_turn_that_never_comes_ends_as_sqlite_would_end_it() -> None:
    async def take(turn: Turn) -> None:
        async with turn.taken():
            pass

    async def story() -> None:
        turn = Turn(patience=0.01)
        async with turn.taken():
            with pytest.raises(OperationalError) as refused:
                await asyncio.create_task(take(turn))
            assert is_client_retryable_exception(refused.value)
        await take(turn)

    asyncio.run(story())


def test_the_server_does_not_outlive_a_parent_that_is_killed(tmp_path: Path, prefect_tables: PrefectTables) -> None:
    prefect_tables.lend(tmp_path)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 120
    while is_running(server) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(server)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
