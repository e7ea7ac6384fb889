"""`ketenregie case`: list cases, show one, add a member of the household, give it another fixed worker."""

from typing import Annotated

import typer

from deployments.cli.case_sheet import print_case
from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Limit, Now, Reference
from deployments.cli.output import print_json, print_table, say
from domain.case import STATE_TITLES, CaseState, PersonRole
from domain.dutch import amount
from domain.duty import AssignReason
from tasks.add_person import add_person
from tasks.assign_case import assign_case
from tasks.list_cases import CaseList, Filter, list_cases
from tasks.log_reading import DOOR, reader
from tasks.show_case import show_case

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Zaken. Wat u inziet, komt met uw code in het logboek."
)


@app.command("list")
def list_(
    by: By,
    late: Annotated[bool, typer.Option("--late", help="Alleen zaken met een stap die te laat is.")] = False,
    team: Annotated[str, typer.Option(help="Alleen van dit team.")] = "",
    municipality: Annotated[str, typer.Option(help="Alleen van deze gemeente.")] = "",
    state: Annotated[str, typer.Option(help="Alleen in deze toestand, zoals in_service.")] = "",
    own_number: Annotated[str, typer.Option(help="Alleen de zaak met dit nummer in uw eigen systeem.")] = "",
    limit: Limit = 50,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Toon de zaken die u mag zien, de nieuwste eerst."""
    with opened(database, now) as here:
        wanted = Filter(late, team, municipality, state, own_number)
        found = list_cases(here.ledger, by, here.viewing(), wanted, logged_at=here.logging(), limit=limit)
    if as_json:
        print_json({"total": found.total, "shown": len(found.cases), "cases": found.cases})
        return
    _print(found)


def _print(found: CaseList) -> None:
    if found.cases:
        columns = ("zaak", "toestand", "gemeente", "team", "zicht bij", "open", "te laat", "acuut", "eerste termijn")
        print_table(
            columns,
            (
                (
                    line.reference,
                    STATE_TITLES[CaseState(line.state)],
                    line.municipality,
                    line.team,
                    line.sight,
                    line.open_steps,
                    line.late_steps or "",
                    line.acute,
                    line.next_due,
                )
                for line in found.cases
            ),
        )
    say(f"{len(found.cases)} van {amount(found.total, 'zaak', 'zaken')} getoond.")
    if beyond := found.total - len(found.cases):
        say(f"Nog {beyond} niet getoond: kies een hogere --limit of een filter.")


@app.command()
def show(reference: Reference, by: By, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Toon een zaak: toestand, wie zicht houdt, gezinsleden, risico's en stappen."""
    with opened(database, now) as here:
        moment = here.viewing()
        sheet = show_case(here.ledger, reference, by, moment, logged_at=here.logging())
    if as_json:
        print_json(sheet)
        return
    print_case(sheet, moment)


@app.command("add-person")
def add_person_(
    reference: Reference,
    role: Annotated[PersonRole, typer.Option(help="child, adult of elder.")],
    by: By,
    birth_year: Annotated[int | None, typer.Option(help="Geboortejaar, als het bekend is.", min=1900, max=2199)] = None,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Voeg een gezinslid toe; wie nog niet gehoord is, opent de poort voor de overdracht opnieuw."""
    with opened(database, now) as here:
        reader(here.ledger, by)
        key = add_person(here.ledger, reference, role, birth_year, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"key": key, "role": role.value})
        return
    say(f"Toegevoegd als {key}.")


@app.command()
def assign(
    reference: Reference,
    code: Annotated[str, typer.Argument(metavar="CODE", help="De nieuwe vaste medewerker.", show_default=False)],
    reason: Annotated[AssignReason, typer.Option(help="Waarom: leave, sick, left, workload, expertise of other.")],
    by: By,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Geef een zaak een andere vaste medewerker; stappen en berichten gaan mee, termijnen verschuiven niet."""
    with opened(database, now) as here:
        done = assign_case(here.ledger, reference, code, reason, by, door=DOOR, now=here.acting())
    if as_json:
        print_json(done)
        return
    moved = amount(done.steps, "stap ging", "stappen gingen")
    say(f"{done.worker} is de vaste medewerker; {moved} mee, de termijnen bleven gelijk.")
