"""`ketenregie events`: what subscribers still have to hear, and what they missed."""

from functools import partial
from typing import Annotated

import typer

from deployments.cli.messages import WHO
from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Limit, Now
from deployments.cli.output import print_json, say
from deployments.cli.partner_lines import STANDING, look, print_lines, standing
from domain.dutch import amount
from tasks.list_events import list_events
from tasks.log_reading import DOOR
from tasks.retry_events import retry_events

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Gebeurtenissen voor abonnees uit het partnerbestand: lijst, opnieuw.",
)
NAMES = ("gebeurtenis", "gebeurtenissen")


@app.command("list")
def list_(
    subscriber: Annotated[str, typer.Option("--subscriber", metavar="ABONNEE", help="Alleen voor deze abonnee.")] = "",
    whole: Annotated[bool, typer.Option("--all", help="Ook wat al verstuurd is.")] = False,
    by: WHO = "",
    limit: Limit = 100,
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Toon wat abonnees nog moeten horen en wat niet bezorgd is, de nieuwste eerst."""
    find = partial(list_events, subscriber=subscriber, whole=whole)
    shown, more = look(find, limit, by, "gebeurtenissen-ingezien", database)
    columns = ("abonnee", "nummer", "gebeurtenis", "zaak", "gebeurd", *STANDING)
    rows = ((e.subscriber, e.number, e.kind, e.case_reference, e.at, *standing(e)) for e in shown)
    print_lines("events", shown, more, as_json, (columns, rows), NAMES)


@app.command()
def retry(
    subscriber: Annotated[str, typer.Argument(metavar="ABONNEE", help="De naam in het partnerbestand.")],
    by: By,
    number: Annotated[
        int | None, typer.Option("--number", metavar="NUMMER", min=1, max=2**31 - 1, help="Alleen deze, uit de lijst.")
    ] = None,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Bied een abonnee opnieuw aan wat niet bezorgd is, en meteen wat nog wacht, bijvoorbeeld na een storing."""
    with opened(database, now) as here:
        planned = retry_events(here.ledger, subscriber, by, number=number, door=DOOR, now=here.acting())
    if as_json:
        print_json({"planned": planned})
    else:
        say(f"De volgende ronde biedt {amount(planned, *NAMES)} opnieuw aan.")
