"""`ketenregie status`: does it go well? It is asked every minute, so it loads nothing that sends or asks around."""

from datetime import timedelta

import typer

from deployments.cli.opened import opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, say
from domain.errors import KetenregieError
from tasks.show_status import Status, show_status

app = typer.Typer(add_completion=False)


@app.callback()
def health() -> None:
    """De toestand."""


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
        f"laatste ronde {abs(found.at - found.last_sweep) // timedelta(minutes=1)} min geleden"
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
