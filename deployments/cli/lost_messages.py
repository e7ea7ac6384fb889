"""`ketenregie messages handle` and `bounces`: messages that reached nobody."""

from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.opened import opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, say
from domain.dutch import amount
from integrations.ledger import Actor
from tasks.import_bounces import import_bounces
from tasks.log_reading import DOOR
from tasks.take_up_message import How, take_up_message

OPERATOR = Actor("beheer", "beheer", DOOR)


def handle(
    message: Annotated[int, typer.Argument(metavar="BERICHT", help="Het nummer van het mislukte bericht.")],
    how: Annotated[How, typer.Option(help="Hoe u het hebt opgepakt.")],
    by: Annotated[str, typer.Option(metavar="CODE", help="Uw medewerkerscode; dit komt in het logboek.")],
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Leg vast dat u een mislukt bericht zelf hebt opgepakt; dan verdwijnt het van de lijst."""
    with opened(database, now) as here:
        handled = take_up_message(here.ledger, message, how, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"handled": handled})
    else:
        say(f"Vastgelegd. {amount(handled, 'bericht', 'berichten')} opgepakt.")


def bounces(
    path: Annotated[Path, typer.Argument(metavar="PAD", help="Een Maildir, een mbox of een of meer .eml-bestanden.")],
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Lees teruggekomen mail in: wat niet is aangekomen, wordt een taak voor een mens."""
    with opened(database, now) as here:
        found = import_bounces(here.ledger, path, OPERATOR, here.acting())
    if as_json:
        print_json(found)
        return
    say(
        f"{found.bounced} teruggekomen, {found.delayed} vertraagd, {found.known} al bekend, "
        f"{found.unknown} niet herkend.",
        *(["Wat niet is herkend, is blijven staan: bekijk het zelf."] if found.unknown else []),
    )
