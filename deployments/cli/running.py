"""`ketenregie up`, `demo`, `sweep` and `doctor`: start it, and see what is wrong."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from deployments.cli.checks import all_checks
from deployments.cli.opened import clock, opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, print_table, say
from deployments.cli.refusals import tell
from domain.dutch import amount
from flows.plain_round import Round, plain_round

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
def sweep(
    now: Now = "",
    plan_only: Annotated[bool, typer.Option("--plan-only", help="Plan alleen; verstuur niets.")] = False,
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Loop nu een ronde, zonder Prefect: plan wat aan de beurt is en verstuur het. Eindigt met 1 als iets misging."""
    with opened(database, now) as here:
        done = plain_round(here.ledger, here.acting(), plan_only=plan_only)
    problems = done.problems()
    if as_json:
        print_json(
            vars(done.swept)
            | {"delivered": done.delivered, "partners": done.partners, "problems": [it.as_dict() for it in problems]}
        )
    else:
        say(*_done(done))
        for problem in problems:
            tell(problem, as_json=False)
    raise typer.Exit(1 if problems else 0)


def _done(done: Round) -> Iterator[str]:
    swept, sent = done.swept, done.delivered
    seen, opened = amount(swept.steps, "stap", "stappen"), amount(swept.opened, "stap", "stappen")
    yield f"{seen} bekeken, {amount(swept.planned, 'bericht', 'berichten')} gepland, {opened} geopend."
    if sent:
        again = sent.temporary + sent.indefinite
        mails = amount(sent.sent, "mail", "mails")
        yield f"{mails} verstuurd, {again} later opnieuw, {sent.permanent} niet te bezorgen."
    yield from (f"Partners: {told}." for told in done.partners)


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
