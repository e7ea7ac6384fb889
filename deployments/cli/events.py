"""`ketenregie events`: what subscribers still have to hear, and what they missed."""

from typing import Annotated

import typer

from deployments.cli.messages import WHO
from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Limit, Now
from deployments.cli.output import print_json, print_table, say
from domain.dutch import amount
from tasks.list_events import list_events
from tasks.log_reading import DOOR, log_reading, reader
from tasks.retry_events import retry_events

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Gebeurtenissen voor abonnees uit het partnerbestand: lijst, opnieuw.",
)
WORDS = {
    "planned": "nog te versturen",
    "claimed": "onderweg",
    "sent": "verstuurd",
    "temporary": "later opnieuw",
    "indefinite": "later opnieuw",
    "permanent": "niet bezorgd",
}


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
    with opened(database) as here:
        if by:
            log_reading(here.ledger, reader(here.ledger, by), here.logging(), "gebeurtenissen-ingezien")
        with here.ledger.reading() as session:
            found = list_events(session, subscriber=subscriber, whole=whole, limit=limit + 1)
    shown, more = found[:limit], len(found) > limit
    if as_json:
        print_json({"shown": len(shown), "more": more, "events": shown})
        return
    columns = ("abonnee", "nummer", "gebeurtenis", "zaak", "gebeurd", "stand", "pogingen", "opnieuw om", "reden")
    rows = (
        (e.subscriber, e.number, e.kind, e.case_reference, e.at, WORDS[e.state], e.attempts, e.next_try_at, e.reason)
        for e in shown
    )
    if shown:
        print_table(columns, rows)
    told = amount(len(shown), "gebeurtenis", "gebeurtenissen")
    say(f"{told}.{' Er zijn er meer; gebruik --limit.' if more else ''}")


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
        say(f"De volgende ronde biedt {amount(planned, 'gebeurtenis', 'gebeurtenissen')} opnieuw aan.")
