"""`ketenregie receive` and `ketenregie subscriptions`: hear what changes in partners' systems."""

from typing import Annotated

import typer

from deployments.cli.opened import opened
from deployments.cli.options import AsJson, Database
from deployments.cli.output import print_json, print_table, say
from deployments.cli.refusals import tell
from domain.dutch import amount
from domain.errors import UnknownRefusal
from integrations.notificaties.config import NotificatieSource
from integrations.partners import partners
from tasks.drop_subscriptions import drop_subscriptions
from tasks.keep_subscriptions import tend_subscriptions
from tasks.list_subscriptions import list_subscriptions

HERE = "127.0.0.1"
PORT = 4205
Source = Annotated[
    str, typer.Option("--source", metavar="BRON", help="Alleen deze bron uit het partnerbestand; anders alle.")
]
app = typer.Typer(add_completion=False)
subscriptions = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Abonnementen op wat er in systemen van partners verandert."
)
app.add_typer(subscriptions, name="subscriptions")


@app.command()
def receive(
    host: Annotated[
        str, typer.Option(metavar="ADRES", help="Waar de ontvanger luistert; er hoort een proxy voor.")
    ] = HERE,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="De poort; 0 kiest een vrije.")] = PORT,
    database: Database = "",
) -> None:
    """Ontvang wat systemen van partners melden, tot Ctrl-C. Er hoort een proxy met TLS voor."""
    from deployments.receiver.serve import run_receiver

    with opened(database) as here:
        run_receiver(here.ledger, host, port, lambda url: say(f"De ontvanger luistert op {url}. Stoppen: Ctrl-C."))


@subscriptions.command("list")
def list_(source: Source = "", as_json: AsJson = False) -> None:
    """Toon onze abonnementen zoals ze daar staan; die van anderen niet."""
    found = [line for one in _sources(source) for line in list_subscriptions(one)]
    if as_json:
        print_json({"subscriptions": found})
        return
    rows = ((one.source, one.callback_url, ", ".join(one.channels), one.right, one.url) for one in found)
    if found:
        print_table(("bron", "meldt aan", "kanaal", "goed", "adres daar"), rows)
    say(f"{amount(len(found), 'abonnement', 'abonnementen')} van ons.")


@subscriptions.command()
def make(source: Source = "", as_json: AsJson = False) -> None:
    """Zorg voor precies één goed abonnement bij elke bron; nog eens doen verandert niets."""
    done = tend_subscriptions(_sources(source))
    failed = [one.error for one in done if one.error]
    if as_json:
        made = [{"source": one.source} | vars(one.kept) for one in done if not one.error]
        print_json({"subscriptions": made, "problems": [error.as_dict() for error in failed]})
    else:
        for one in done:
            if not one.error:
                what = "gemaakt" if one.kept.made else "hersteld" if one.kept.changed else "was goed, vernieuwd"
                say(f"{one.source}: {what}, {one.kept.dropped} oude opgezegd.")
        for error in failed:
            tell(error, as_json=False)
    raise typer.Exit(1 if failed else 0)


@subscriptions.command()
def drop(source: Source = "", as_json: AsJson = False) -> None:
    """Zeg onze abonnementen op. Overdrachten worden dan nog één keer per dag gelezen."""
    dropped = sum(drop_subscriptions(one) for one in _sources(source))
    if as_json:
        print_json({"dropped": dropped})
        return
    say(f"{amount(dropped, 'abonnement', 'abonnementen')} opgezegd.")


def _sources(name: str) -> tuple[NotificatieSource, ...]:
    """Raises UnknownRefusal KR-BRON-ONBEKEND."""
    found = tuple(one for one in partners().notificaties if not name or one.name == name)
    if name and not found:
        raise UnknownRefusal("KR-BRON-ONBEKEND")
    return found
