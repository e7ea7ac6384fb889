"""`ketenregie up`, `demo`, `sweep`, `status` and `doctor`: start it, and see whether it goes well."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from deployments.cli.checks import all_checks
from deployments.cli.opened import clock, opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, print_table, say
from domain.errors import KetenregieError
from tasks.show_status import Status, show_status
from tasks.sweep_deadlines import sweep_deadlines

app = typer.Typer(add_completion=False)


@app.command()
def up() -> None:
    """Start alles op deze machine: administratie, Prefect, rondes en berichten. Stop met Ctrl-C."""
    from deployments.up import run_up

    raise typer.Exit(run_up())


@app.command()
def demo(
    check: Annotated[bool, typer.Option("--check", help="Controleer of alles werkt en stop daarna.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Bewaar de gegevens van de demo na het stoppen.")] = False,
) -> None:
    """Start alles met de verzonnen regio Kustland en verzonnen zaken."""
    from deployments.demo.run import run_demo

    raise typer.Exit(run_demo(check=check, keep=keep))


@app.command()
def sweep(now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Loop nu een ronde langs alles wat aan de beurt is: plan herinneringen en escalaties."""
    with opened(database, now) as here:
        swept = sweep_deadlines(here.ledger, here.acting())
    if as_json:
        print_json(swept)
    else:
        say(f"{swept.steps} stappen bekeken, {swept.planned} berichten gepland, {swept.opened} stappen geopend.")
    if swept.failed:
        typer.echo(f"KR-RONDE: {swept.failed} stappen konden niet worden beoordeeld; over een uur opnieuw.", err=True)
        raise typer.Exit(1)


@app.command()
def status(now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Toon in één regel of het goed gaat; eindigt met 0 als het goed gaat en anders met 1."""
    try:
        with opened(database, now) as here:
            found = show_status(here.ledger, here.viewing())
    except KetenregieError as error:
        if as_json:
            print_json({"healthy": False, "problems": [error.sentence], "error": error.as_dict()})
        else:
            say(f"ongezond: {error.code}: {error.sentence} {error.next_step}")
        raise typer.Exit(1) from None
    if as_json:
        print_json({"healthy": found.healthy} | vars(found))
    else:
        say(_line(found))
    raise typer.Exit(0 if found.healthy else 1)


def _line(found: Status) -> str:
    parts = [
        "gezond" if found.healthy else f"ongezond: {'; '.join(found.problems)}",
        f"laatste ronde {(found.at - found.last_sweep) // timedelta(minutes=1)} min geleden"
        if found.last_sweep
        else "",
        f"{found.late} te laat",
        f"{found.acute} acuut",
        f"{found.undelivered} te bezorgen",
        f"{found.failed} niet bezorgd",
        f"{found.untold} voor Prefect",
        f"logboek {found.audit_seq}:{found.audit_hash[:12]}",
    ]
    return " · ".join(filter(None, parts))


@app.command()
def doctor(as_json: AsJson = False, database: Database = "") -> None:
    """Onderzoek de installatie en zeg wat eraan te doen is; eindigt met 1 als er iets mis is."""
    with opened(database) as here:
        checks = all_checks(here.ledger, clock())
    failed = any(check.verdict == "fail" for check in checks)
    words: dict[str, Any] = {"ok": "goed", "warn": "let op", "fail": "mis"}
    if as_json:
        print_json({"healthy": not failed, "checks": checks})
    else:
        rows = ((check.what, words[check.verdict], check.found, check.next_step) for check in checks)
        print_table(("wat", "oordeel", "gevonden", "wat te doen"), rows)
    raise typer.Exit(1 if failed else 0)
