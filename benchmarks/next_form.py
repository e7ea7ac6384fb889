"""From an answer in the form until the next step's form waits: the embedded default, twenty answers one by one."""

import asyncio
import os
import time
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from benchmarks.line import report
from deployments.demo import kustland
from deployments.embedded import run_embedded
from deployments.prefect_server import free_port
from domain.reports import IncomingPerson, IncomingReport
from flows.clock import now
from integrations.ledger import Actor, Ledger, current_ledger
from integrations.settings import settings
from tasks.load_region import load_region
from tasks.receive_report import receive

ANSWERS = 20
PATIENCE = 120.0


def main() -> None:
    """One line: p50 and p95 in seconds over twenty answers."""
    with TemporaryDirectory() as folder:
        os.environ["KETENREGIE_HOME"] = folder
        settings.cache_clear()
        ledger = current_ledger()
        ledger.upgrade()
        load_region(ledger, kustland(), now())
        for number in range(ANSWERS):
            _report(ledger, number)
        seconds = asyncio.run(_measured(Path(folder)))
        ledger.dispose()
    p95 = quantiles(seconds, n=20)[-1]
    report("next_form", n=len(seconds), open_steps=ANSWERS, seconds=sum(seconds), p50=sorted(seconds)[10], p95=p95)


def _report(ledger: Ledger, number: int) -> None:
    person = IncomingPerson(key="A", role="adult", birth_year=1990)
    incoming = IncomingReport(
        source="POL-KUST",
        number=f"M-{number}",
        received_at=now(),
        channel="file",
        reporter_class="police",
        disclosure="open",
        concern="partner_violence",
        municipality="DUINWIJK",
        household=f"H-{number}",
        persons=(person,),
    )
    with ledger.unit_of_work(now=now(), actor=Actor("VT-911", "vt_on_call", "proef")) as uow:
        receive(uow, incoming, now())


async def _measured(home: Path) -> list[float]:
    stop, found, jobs = asyncio.Event(), list[float](), list[asyncio.Task[None]]()

    async def measure(url: str) -> None:
        try:
            async with httpx.AsyncClient(base_url=f"{url}/api", timeout=30) as api:
                found.extend(await _answers(api))
        finally:
            stop.set()

    await run_embedded(
        home, port=free_port(0), ready=lambda url: jobs.append(asyncio.create_task(measure(url))), stop=stop
    )
    await jobs[0]
    return found


async def _answers(api: httpx.AsyncClient) -> list[float]:
    """Accept each report at intake, and wait for the form of the safety check of that same case."""
    runs = await _until(api, ANSWERS, "stap:report_intake")
    return [await _one(api, run) for run in runs]


async def _one(api: httpx.AsyncClient, run: dict[str, Any]) -> float:
    case = next(tag for tag in run["tags"] if tag.startswith("zaak:"))
    began = time.perf_counter()
    body = {"run_input": {"vastgelegd_door": "VT-911", "outcome": "Aangenomen"}}
    (await api.post(f"/flow_runs/{run['id']}/resume", json=body)).raise_for_status()
    await _until(api, 1, case, "stap:immediate_safety_check")
    return time.perf_counter() - began


async def _until(api: httpx.AsyncClient, many: int, *tags: str) -> list[dict[str, Any]]:
    body = {"flow_runs": {"tags": {"all_": list(tags)}, "state": {"name": {"any_": ["Suspended"]}}}}
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        runs: list[dict[str, Any]] = (await api.post("/flow_runs/filter", json=body)).json()
        if len(runs) >= many:
            return runs
        await asyncio.sleep(0.05)
    raise TimeoutError("the runs did not come")


if __name__ == "__main__":
    main()
