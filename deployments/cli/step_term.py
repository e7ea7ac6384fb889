"""`ketenregie step extend`, `suspend` and `resume`: what may move a step's due moment later, and back."""

from datetime import date
from typing import Annotated

import typer

from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Now, StepId
from deployments.cli.output import print_json, say
from deployments.cli.refusals import wrong_use
from domain.dutch import day_text
from domain.suspension import REASONS
from domain.terms import local_date
from tasks.extend_step import extend_step
from tasks.log_reading import DOOR, reader
from tasks.resume_step import resume_step
from tasks.suspend_step import suspend_step

Reason = Annotated[
    str, typer.Option("--reason", metavar="CODE", help=f"De reden: {', '.join(REASONS)}.", show_default=False)
]
Until = Annotated[
    str, typer.Option("--until", metavar="DATUM", help="De laatste dag, zoals 2026-05-04.", show_default=False)
]


def extend(
    step: StepId, reason: Reason, by: By, now: Now = "", as_json: AsJson = False, database: Database = ""
) -> None:
    """Verleng de termijn van een stap, zoveel als het beleid toestaat, met een reden."""
    with opened(database, now) as here:
        reader(here.ledger, by)
        due_at = extend_step(here.ledger, step, reason, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"due_at": due_at})
        return
    say(f"Verlengd: uiterlijk {day_text(local_date(due_at))}.")


def suspend(
    step: StepId, until: Until, reason: Reason, by: By, now: Now = "", as_json: AsJson = False, database: Database = ""
) -> None:
    """Schort de termijn van een stap op tot en met een dag; de andere termijnen van de zaak lopen door."""
    last = _day(until)
    with opened(database, now) as here:
        reader(here.ledger, by)
        done = suspend_step(here.ledger, step, last, reason, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"days": done.days, "due_at": done.due_at})
        return
    say(f"Opgeschort tot en met {day_text(last)}: uiterlijk {day_text(local_date(done.due_at))}.")


def resume(step: StepId, by: By, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Hervat een opgeschorte termijn eerder: de dagen die over zijn gaan er weer af."""
    with opened(database, now) as here:
        reader(here.ledger, by)
        due_at = resume_step(here.ledger, step, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"due_at": due_at})
        return
    say(f"Hervat: uiterlijk {day_text(local_date(due_at))}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong_use("schrijf de datum als jjjj-mm-dd") from None
