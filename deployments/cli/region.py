"""`ketenregie region` and `ketenregie policy`: load what is of this region alone."""

from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli.opened import clock, opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, print_table, say
from domain.dutch import amount
from domain.errors import StateRefusal
from domain.policy import Policy, parse_policy
from domain.terms import local_date
from integrations.policy_file import default_policy, override_text
from integrations.region_file import read_region
from tasks.change_policy import change_policy, check_policy
from tasks.ledger_clock import is_virtual
from tasks.make_ledger import make_ledger

File = Annotated[Path, typer.Argument(metavar="FILE", help="Een TOML-bestand.", show_default=False)]
region = typer.Typer(
    add_completion=False, no_args_is_help=True, help="De regio: gemeenten, organisaties, teams en medewerkerscodes."
)
policy = typer.Typer(
    no_args_is_help=True, help="Het beleid van de regio: termijnen, normen en drempels, elk met een bron."
)
app = typer.Typer(add_completion=False)
app.add_typer(region, name="region")
app.add_typer(policy, name="policy")


@region.command("load")
def load_region(
    file: File,
    virtual: Annotated[
        bool, typer.Option("--virtual-clock", help="Maak een proefadministratie met virtuele klok.")
    ] = False,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Laad de regio; maakt de administratie als ze er nog niet is."""
    found = read_region(file)
    with opened(database, now) as here:
        here.ledger.upgrade()
        trial = virtual or is_virtual(here.ledger)
        if here.given and not trial:
            raise StateRefusal("KR-KLOK-ECHT")
        moment = here.given or (here.logging() if trial else clock())
        make_ledger(here.ledger, found, moment, virtual)
    if as_json:
        print_json({"region": found.name, "professionals": len(found.professionals), "virtual_clock": trial})
        return
    places = amount(len(found.municipalities), "gemeente", "gemeenten")
    say(f"Regio {found.name} geladen: {places}, {amount(len(found.professionals), 'medewerker', 'medewerkers')}.")
    if trial:
        say("Dit is een proefadministratie met virtuele klok.")


@region.callback()
def region_group() -> None:
    """De regio: gemeenten, organisaties, teams en medewerkerscodes."""


@policy.command("check")
def check(file: File, as_json: AsJson = False) -> None:
    """Controleer een beleidsbestand zonder iets te laden en toon wat het verandert."""
    _show(check_policy(override_text(file)), as_json)


@policy.command("load")
def load_policy(file: File, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Laad het beleid van de regio; termijnen die al lopen, verschuiven niet."""
    text = override_text(file)
    check_policy(text)
    with opened(database, now) as here:
        found = change_policy(here.ledger, text, here.acting())
    _show(found, as_json)


def _show(found: Policy, as_json: bool) -> None:
    base = parse_policy(default_policy())
    changes = list(_changes(base, found))
    year = local_date(clock()).year
    warnings = [text for number in (year, year + 1) if (text := found.calendar().warning(number))]
    if as_json:
        print_json({"version": found.version, "changes": changes, "warnings": warnings})
        return
    say(f"Beleid {found.version}: {amount(len(changes), 'waarde', 'waarden')} anders dan het standaardbeleid.")
    if changes:
        print_table(("waarde", "standaard", "regio", "bron"), (tuple(change.values()) for change in changes))
    say(*(f"Let op: {warning}" for warning in warnings))


def _changes(base: Policy, found: Policy) -> list[dict[str, str]]:
    return [
        {"key": key, "default": _value(base, key), "region": _value(found, key), "source": found.sources[key]}
        for key in found.sources
        if _value(base, key) != _value(found, key)
    ]


def _value(held: Policy, key: str) -> str:
    """The value under a dotted key in words, '' when this policy has none."""
    group, _, name = key.partition(".")
    if group == "clocks":
        rule = held.clocks.get(name)
        return "" if rule is None else f"{rule.term}, vanaf {rule.start}"
    value: Any = held.calendar_values if group == "calendar" else getattr(held, group, None)
    for part in name.split("."):
        value = value.get(part) if hasattr(value, "get") else getattr(value, part, None)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
