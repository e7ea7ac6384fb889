"""Verify the demo from outside: Prefect's own API, the mailbox, and one answer through the form's door."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deployments.mail_catcher import read_mailbox
from deployments.prefect_file import scheduled
from flows.clock import now
from flows.views import VIEWS
from integrations.ledger import Ledger
from tasks.read_board import Board, read_board
from tasks.read_form import read_form
from tasks.run_facts import running_steps

PATIENCE = 240.0  # seconds for the runs to stand; a slow machine with two cores needs about sixty
PAGE = 200
FORBIDDEN = ("geweld", "politie", "mishandeling")
NEXT_FORM_SECONDS = 15.0  # a fair machine needs about two; this only says that it works


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what, what was seen, and whether it is as it should be."""

    what: str
    seen: str
    good: bool


async def check_demo(url: str, ledger: Ledger, mailbox: Path) -> list[Finding]:
    """Everything a first visitor would look at."""
    async with httpx.AsyncClient(base_url=f"{url}/api", timeout=30) as api:
        findings = [await _runs_stand(api, ledger)]
        findings += [finding async for finding in _prefect(api, ledger)]
        findings += list(_mailbox(mailbox))
        findings.append(await _answer(api, ledger))
        return findings


async def _runs(api: httpx.AsyncClient, **flow_runs: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        body = {"flow_runs": flow_runs, "limit": PAGE, "offset": len(found), "sort": "ID_DESC"}
        answer = await api.post("/flow_runs/filter", json=body)
        answer.raise_for_status()
        found += answer.json()
        if len(answer.json()) < PAGE:
            return found


async def _tagged(api: httpx.AsyncClient, *tags: str, state: str = "Suspended") -> list[dict[str, Any]]:
    return await _runs(api, tags={"all_": list(tags)}, state={"name": {"any_": [state]}})


async def _runs_stand(api: httpx.AsyncClient, ledger: Ledger) -> Finding:
    """Wait until every open step has its suspended run, and every planned one its scheduled run."""
    began, wanted = time.monotonic(), running_steps(ledger, now())
    asked = {facts.case_reference for facts in wanted}
    opened, planned = sum(f.open for f in wanted), sum(f.planned for f in wanted)
    waiting = scheduled = 0
    while time.monotonic() - began < PATIENCE and (waiting, scheduled) != (opened, planned):
        await asyncio.sleep(1)
        waiting = len(await _tagged(api, "stap"))
        scheduled = len(await _tagged(api, "stap", state="Scheduled"))
    seen = f"{waiting} van {opened} stappen wachten, {scheduled} van {planned} gepland, in {len(asked)} zaken"
    return Finding("runs", seen, (waiting, scheduled) == (opened, planned) and len(asked) >= 40)


async def _prefect(api: httpx.AsyncClient, ledger: Ledger) -> AsyncIterator[Finding]:
    board = read_board(ledger, now())
    late = await _tagged(api, "te-laat")
    yield Finding(
        "te laat", f"{len(late)} runs met de tag, {board.late_count} volgens de administratie", _same(late, board)
    )
    acute = await _tagged(api, "acuut")
    yield Finding("acuut", f"{len(acute)} run met de tag", len(acute) == 1)
    refused = [line for line in board.late if line.cause == "handover_stalled"]
    yield Finding("geweigerde overdracht", f"{len(refused)} stap, houder blijft Veilig Thuis", len(refused) == 1)
    views = (await api.post("/saved_searches/filter", json={})).json()
    names = {view["name"] for view in views}
    yield Finding("weergaven", ", ".join(sorted(names)), names >= set(VIEWS))
    for name in scheduled():
        coming = await _coming(api, name)
        yield Finding(f"klok {name}", f"{coming} geplande runs", coming > 0)
    artifacts = {row["key"] for row in (await api.post("/artifacts/latest/filter", json={})).json()}
    yield Finding("overzicht", ", ".join(sorted(artifacts)), artifacts >= {"overzicht", "te-laat", "monitoring"})


def _same(late: list[dict[str, Any]], board: Board) -> bool:
    return len(late) == board.late_count > 0


async def _coming(api: httpx.AsyncClient, name: str) -> int:
    body = {"deployments": {"name": {"any_": [name]}}, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    return int((await api.post("/flow_runs/count", json=body)).json())


def _mailbox(folder: Path) -> Iterator[Finding]:
    mails = read_mailbox(folder)
    yield Finding("postbus", f"{len(mails)} berichten", len(mails) > 50)
    urgent = [mail for mail in mails if "urgent" in mail.subject.lower()]
    yield Finding("urgent bericht", f"{len(urgent)} aan de bereikbare dienst en teamleider", bool(urgent))
    told = [mail for mail in mails if "termijn" in (mail.subject + mail.body).lower()]
    yield Finding("bericht te laat", f"{len(told)} berichten", bool(told))
    wrong = {word for mail in mails for word in FORBIDDEN if word in (mail.subject + mail.body).lower()}
    yield Finding("neutrale tekst", "geen woord over de inhoud" if not wrong else ", ".join(sorted(wrong)), not wrong)


async def _answer(api: httpx.AsyncClient, ledger: Ledger) -> Finding:
    """Accept the report that waits at intake through the form's door, and time until the next form waits."""
    run = next(iter(await _tagged(api, "stap:report_intake")))
    form = read_form(ledger, run["parameters"]["step_id"], now())
    title = next(c.title for q in form.questions if q.name == "outcome" for c in q.choices if c.value == "accepted")
    began = time.monotonic()
    body = {"run_input": {"vastgelegd_door": "VT-911", "outcome": title}}
    answer = await api.post(f"/flow_runs/{run['id']}/resume", json=body)
    while time.monotonic() - began < PATIENCE:
        if await _tagged(api, f"zaak:{form.case_reference}", "stap:immediate_safety_check"):
            break
        await asyncio.sleep(0.1)
    seconds = time.monotonic() - began
    status = answer.json().get("status", "")
    seen = f"antwoord {status}, formulier van de volgende stap na {seconds:.1f} s"
    return Finding("antwoord in het formulier", seen, status == "ACCEPT" and seconds < NEXT_FORM_SECONDS)
