"""`ketenregie outcomes`: what reporters' systems still have to hear of their reports, and what did not arrive."""

from typing import Annotated

import typer

from deployments.cli.messages import WHO
from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Limit, Now
from deployments.cli.output import print_json, print_table, say
from domain.dutch import amount
from tasks.list_outcomes import list_outcomes
from tasks.log_reading import DOOR, log_reading, reader
from tasks.retry_outcomes import retry_outcomes

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Uitkomstmeldingen voor systemen van melders: lijst, opnieuw.",
)
WORDS = {
    "planned": "nog te versturen",
    "claimed": "onderweg",
    "sent": "verstuurd",
    "temporary": "later opnieuw",
    "indefinite": "later opnieuw",
    "permanent": "niet bezorgd",
}
ONE, MORE = "uitkomstmelding", "uitkomstmeldingen"


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
    with opened(database) as here:
        if by:
            log_reading(here.ledger, reader(here.ledger, by), here.logging(), "uitkomstmeldingen-ingezien")
        with here.ledger.reading() as session:
            found = list_outcomes(session, source=source, whole=whole, limit=limit + 1)
    shown, more = found[:limit], len(found) > limit
    if as_json:
        print_json({"shown": len(shown), "more": more, "outcomes": shown})
        return
    columns = ("nummer", "melder", "zaak", "status", "gepland", "stand", "pogingen", "opnieuw om", "reden")
    rows = (
        (
            o.number,
            o.source,
            o.case_reference,
            o.status,
            o.written_at,
            WORDS[o.state],
            o.attempts,
            o.next_try_at,
            o.reason,
        )
        for o in shown
    )
    if shown:
        print_table(columns, rows)
    say(f"{amount(len(shown), ONE, MORE)}.{' Er zijn er meer; gebruik --limit.' if more else ''}")


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
        say(f"De volgende ronde vertelt {amount(planned, ONE, MORE)} opnieuw.")
