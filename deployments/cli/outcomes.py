"""`ketenregie outcomes`: what reporters' systems still have to hear of their reports, and what did not arrive."""

from functools import partial
from typing import Annotated

import typer

from deployments.cli.messages import WHO
from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Limit, Now
from deployments.cli.output import print_json, say
from deployments.cli.partner_lines import STANDING, look, print_lines, standing
from domain.dutch import amount
from tasks.list_outcomes import list_outcomes
from tasks.log_reading import DOOR
from tasks.retry_outcomes import retry_outcomes

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Uitkomstmeldingen voor systemen van melders: lijst, opnieuw.",
)
NAMES = ("uitkomstmelding", "uitkomstmeldingen")


@app.command("list")
def list_(
    source: Annotated[str, typer.Option("--source", metavar="BRON", help="Alleen voor deze melder.")] = "",
    whole: Annotated[bool, typer.Option("--all", help="Ook wat verstuurd is, of niet meer hoeft.")] = False,
    by: WHO = "",
    limit: Limit = 100,
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Toon wat melders nog over hun melding moeten horen en wat niet bezorgd is, de nieuwste eerst."""
    find = partial(list_outcomes, source=source, whole=whole)
    shown, more = look(find, limit, by, "uitkomstmeldingen-ingezien", database)
    columns = ("nummer", "melder", "zaak", "status", "gepland", *STANDING)
    rows = ((o.number, o.source, o.case_reference, o.status, o.written_at, *standing(o)) for o in shown)
    print_lines("outcomes", shown, more, as_json, (columns, rows), NAMES)


@app.command()
def retry(
    source: Annotated[str, typer.Argument(metavar="BRON", help="De bron in het partnerbestand.")],
    by: By,
    number: Annotated[
        int | None, typer.Option("--number", metavar="NUMMER", help="Alleen deze uitkomstmelding, uit de lijst.")
    ] = None,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Vertel een melder opnieuw wat niet bezorgd is, en meteen wat nog wacht, bijvoorbeeld na een verkeerd adres."""
    with opened(database, now) as here:
        planned = retry_outcomes(here.ledger, source, by, number=number, door=DOOR, now=here.acting())
    if as_json:
        print_json({"planned": planned})
    else:
        say(f"De volgende ronde vertelt {amount(planned, *NAMES)} opnieuw.")
