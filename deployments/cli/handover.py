"""`ketenregie handover`: the hand-overs on their way to the case systems of local teams."""

from functools import partial
from typing import Annotated

import typer

from deployments.cli.messages import WHO
from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Limit, Now
from deployments.cli.output import print_json, say
from deployments.cli.partner_lines import look, print_lines
from domain.dutch import amount
from domain.errors import InputRefusal
from tasks.list_offers import OfferLine, list_offers
from tasks.log_reading import DOOR
from tasks.retry_offer import retry_offer, retry_offers
from tasks.settle_offer import settle_offer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Overdrachten naar de systemen van lokale teams: lijst, opnieuw, afgehandeld.",
)
WORDS = {
    "planned": "nog te brengen",
    "claimed": "onderweg",
    "delivered": "afgeleverd",
    "accepted": "aanvaard",
    "refused": "geweigerd",
    "withdrawn": "ingetrokken",
    "by_hand": "zonder systeem",
    "failed": "mislukt",
}
NUMBER = typer.Argument(metavar="NUMMER", help="Het nummer van de overdracht, uit de lijst.", show_default=False)
NAMES = ("overdracht", "overdrachten")


@app.command("list")
def list_(
    whole: Annotated[bool, typer.Option("--all", help="Ook wat al beantwoord of ingetrokken is.")] = False,
    by: WHO = "",
    limit: Limit = 100,
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Toon de overdrachten die nog lopen, de nieuwste eerst, en waar een mens naar moet kijken."""
    find = partial(list_offers, whole=whole)
    shown, more = look(find, limit, by, "overdrachten-ingezien", database)
    columns = ("nummer", "zaak", "naar", "stand", "aangeboden", "opnieuw om", "reden", "antwoord telt nog niet")
    rows = (
        (o.number, o.case_reference, o.organisation, _stand(o), o.offered_at, o.next_try_at, o.reason, o.refused)
        for o in shown
    )
    print_lines("offers", shown, more, as_json, (columns, rows), NAMES)


def _stand(line: OfferLine) -> str:
    return f"{WORDS[line.state]}, afgehandeld" if line.settled_at else WORDS[line.state]


@app.command()
def retry(
    by: By,
    number: Annotated[str, NUMBER] = "",
    every: Annotated[bool, typer.Option("--all", help="Alles wat mislukt is of wacht, van deze organisatie.")] = False,
    to: Annotated[str, typer.Option("--to", metavar="ORGANISATIE", help="De organisatie, bij --all.")] = "",
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Bied overdrachten opnieuw aan, of trek ze opnieuw in, in de volgende ronde; bijvoorbeeld na een storing."""
    if bool(number) == every or every != bool(to):
        raise InputRefusal("KR-KEUZE-ONGELDIG", field="NUMMER, of --all met --to")
    count = 1
    with opened(database, now) as here:
        if every:
            count = retry_offers(here.ledger, to, by, door=DOOR, now=here.acting())
        else:
            retry_offer(here.ledger, number, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"planned": count})
    else:
        say(f"De volgende ronde neemt {amount(count, *NAMES)} opnieuw op.")


@app.command()
def settle(
    number: Annotated[str, NUMBER],
    by: By,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Leg vast dat u een mislukte overdracht op een andere manier hebt afgehandeld; ze gaat van de lijst."""
    with opened(database, now) as here:
        settle_offer(here.ledger, number, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"settled": True})
    else:
        say("Deze overdracht is van de lijst.")
