"""A region with a real Prefect around it, all of it in processes that may be killed; and people who keep answering."""

import asyncio
import os
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
from prefect import get_client
from sqlmodel import col, select

from deployments.deploy import deploy_all
from deployments.embedded import client_settings, drain
from deployments.prefect_file import scheduled
from deployments.prefect_server import PrefectServer, free_port, start_server
from flows.outbox import pump
from flows.repair import Repair, Repaired
from integrations.ledger import Ledger
from integrations.ledger.tables import Answer, Outbox, Step, StepState
from tests.flows import runs

PROJECT = Path(__file__).parents[2]
SCHEMA = ("alembic", "sqlite", "block")  # of the tables themselves, and what the server writes at its start
PATIENCE = 180.0
TLS = ssl.create_default_context()  # read once: 25 ms of a core, and we ask many times a second
LONG_AFTER = timedelta(minutes=6)  # by then a run that nobody is at work on counts as dead


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class World:
    """The ledger outlives everything here; `server` and `workers` come and go."""

    folder: Path
    ledger: Ledger
    mail_port: int
    port: int = field(default_factory=lambda: free_port(0))
    server: PrefectServer | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ended: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """The settings of this region, for processes."""
        return {
            "KETENREGIE_DATABASE": str(self.ledger.url),
            "KETENREGIE_HOME": str(self.folder),
            "KETENREGIE_MAIL_PORT": str(self.mail_port),
        }

    def start(self, *, deploy: bool = False) -> "World":
        """Start the server on the port it always had."""
        self.server = start_server(self.folder, self.port)
        assert self.server.url == self.url
        if deploy:
            self.run(deploy_all())
        return self

    def kill_server(self) -> None:
        """As a power cut would: no warning, no last commit."""
        assert self.server is not None
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait()
        if self.server.process.stdin:
            self.server.process.stdin.close()
        self.server = None

    def lose_database(self) -> None:
        """The server is gone and its database is deleted."""
        self.kill_server()
        for path in (self.folder / "prefect").glob("prefect.db*"):
            path.unlink()

    def work(self) -> subprocess.Popen[bytes]:
        """One more worker, in a process of its own."""
        command = [sys.executable, "-m", "tests.faults.prefect_worker", str(self.folder), self.url]
        log = (self.folder / "worker.log").open("ab")
        worker = subprocess.Popen(command, cwd=PROJECT, env=os.environ | self.env, stdout=log, stderr=log)
        log.close()
        self.workers.append(worker)
        return worker

    def supervise(self) -> bool:
        """Start what ended by itself again, as systemd does; True."""
        for worker in [found for found in self.workers if found.poll() is not None]:
            self.workers.remove(worker)
            self.ended += 1
            self.work()
        return True

    def end_workers(self) -> None:
        """Kill them, as the kernel does when memory is short."""
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.workers.clear()

    def stop(self) -> None:
        """End what still runs."""
        self.end_workers()
        if self.server:
            self.server.stop()

    def clear(self) -> None:
        """Prefect's database is as empty as on the first day; the server goes on, and everything is deployed anew."""
        with closing(sqlite3.connect(self.folder / "prefect" / "prefect.db", timeout=60)) as database, database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in tables:
                if not name.startswith(SCHEMA):
                    database.execute(f'DELETE FROM "{name}"')
        self.run(deploy_all())

    def run(self, work: Any) -> Any:
        """Something to ask Prefect, to its end."""

        async def all_of_it() -> Any:
            try:
                return await work
            finally:
                await drain()

        with client_settings(self.folder, self.url):
            return asyncio.run(all_of_it())

    def reconcile(self, later: timedelta = timedelta(), at: datetime | None = None) -> Repaired:
        """One reconciliation, as its round does it; `at`: the moment of a ledger with a virtual clock."""

        async def work() -> Repaired:
            async with get_client() as client:
                await pump(client, self.ledger, at or now())
                return await Repair(client, self.ledger, (at or now()) + later).all()

        done = self.run(work())
        assert isinstance(done, Repaired)
        return done

    def api(self, path: str, **body: object) -> Any:
        """Prefect's API as a browser uses it."""
        answer = httpx.post(f"{self.url}/api/{path}", json=body, timeout=60, verify=TLS).raise_for_status()
        return answer.json() if answer.content else None

    def runs(self, step_id: str) -> list[dict[str, Any]]:
        """The living runs of a step."""
        reference, living = step_id.rsplit(".", 1)[0], ["SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING"]
        only = {"tags": {"all_": [f"zaak:{reference}"]}, "state": {"type": {"any_": living}}}
        found = self.api("flow_runs/filter", flow_runs=only, limit=200)
        return [run for run in found if run["parameters"].get("step_id") == step_id]

    def all_living(self) -> list[str]:
        """The step of every living run of a step."""
        living = ["SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING"]
        only = {"tags": {"all_": ["stap"]}, "state": {"type": {"any_": living}}}
        return [run["parameters"]["step_id"] for run in self.api("flow_runs/filter", flow_runs=only, limit=200)]

    def overdue(self, name: str) -> int:
        """Rounds of this deployment that should have started and have not, or are at work."""
        due: dict[str, Any] = {"expected_start_time": {"before_": now().isoformat()}}
        due |= {"state": {"type": {"any_": ["SCHEDULED", "PENDING", "RUNNING"]}}}
        found = self.api("flow_runs/filter", flow_runs=due, deployments={"name": {"any_": [name]}}, limit=200)
        return len(found)

    def forget_rounds(self) -> None:
        """No round of another test: those that fell due before it would be skipped here, as overtaken."""
        due = {"expected_start_time": {"before_": now().isoformat()}}
        rounds = {"name": {"any_": list(scheduled())}}
        for run in self.api("flow_runs/filter", flow_runs=due, deployments=rounds, limit=200):
            httpx.delete(f"{self.url}/api/flow_runs/{run['id']}", timeout=60, verify=TLS).raise_for_status()


def report(ledger: Ledger, number: str) -> str:
    """An urgent report of this moment: its intake is open, and the desk is told at any hour. The id of that step."""
    reference = runs.report(ledger, number, possibly_acute=True)
    with ledger.reading() as session:
        intake = select(Step.id).where(Step.kind == "report_intake", col(Step.id).startswith(reference))
        return session.exec(intake).one()


@dataclass
class People:
    """They open forms and answer them, and try again when the page does not answer; `asked` is what they did."""

    world: World
    steps: list[str]
    over: Event = field(default_factory=Event)

    def __enter__(self) -> "People":
        self.thread = Thread(target=self._answer_all, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _answer_all(self) -> None:
        while not self.over.is_set() and (waiting := open_steps(self.world.ledger, self.steps)):
            for step in waiting:
                with suppress(httpx.HTTPError):
                    answer_form(self.world, step)
            time.sleep(0.1)


def answer_form(world: World, step: str) -> None:
    """Answer the intake's form, if it waits."""
    for run in world.runs(step):
        if run["state"]["type"] == "PAUSED":
            given = {"vastgelegd_door": "VT-911", "outcome": "Aangenomen"}
            world.api(f"flow_runs/{run['id']}/resume", run_input=given)


def open_steps(ledger: Ledger, ids: Iterable[str] = ()) -> list[str]:
    """The open steps, or which of these are open."""
    with ledger.reading() as session:
        wanted = select(Step.id).where(Step.state == StepState.OPEN)
        wanted = wanted.where(col(Step.id).in_(list(ids))) if ids else wanted
        return list(session.exec(wanted.order_by(col(Step.id))))


def answers(ledger: Ledger, step: str) -> list[tuple[str, str]]:
    """What the ledger recorded for a step: refusal and outcome."""
    with ledger.reading() as session:
        rows = session.exec(select(Answer).where(Answer.step_id == step).order_by(col(Answer.id)))
        return [(row.refused, str(row.given.get("outcome", ""))) for row in rows]


def untold(ledger: Ledger) -> int:
    """Rows that Prefect has not been told."""
    with ledger.reading() as session:
        return len(session.exec(select(Outbox.id).where(col(Outbox.done_at).is_(None))).all())


def all_wait(world: World) -> bool:
    """Every open step has exactly one living run, and it waits for its answer."""
    states = [[run["state"]["type"] for run in world.runs(step)] for step in open_steps(world.ledger)]
    return all(found == ["PAUSED"] for found in states) and untold(world.ledger) == 0


def until(what: Callable[[], object], patience: float = PATIENCE) -> float:
    """Wait for it; how long it took in seconds. Raises when it does not come."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        with suppress(httpx.HTTPError):
            if what():
                return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError("waited in vain")
