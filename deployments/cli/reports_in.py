"""`ketenregie import`, `waiting-lists` and `generate`: files of reports and figures (docs/import.md)."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.opened import clock, opened
from deployments.cli.options import AsJson, By, Database, Now
from deployments.cli.output import print_json, say
from domain.dutch import amount
from domain.generate import MEAN_REGION
from domain.synthetic_region import KUSTLAND
from domain.terms import local_date
from integrations.report_files import RefusedRow
from tasks.generate_reports import generate_reports
from tasks.import_reports import Imported, import_reports
from tasks.import_waiting_lists import import_waiting_lists

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="Een bestand dat eindigt op .csv, .json of .xml.", show_default=False)
]
CsvFile = Annotated[Path, typer.Argument(metavar="FILE", help="Een bestand dat eindigt op .csv.", show_default=False)]
app = typer.Typer(add_completion=False)


@app.command("import")
def import_(file: File, by: By, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Lees een bestand met meldingen in: helemaal, of bij een geweigerde rij helemaal niet."""
    with opened(database, now) as here:
        done = import_reports(here.ledger, file, by, here.acting())
    if as_json:
        print_json(done)
    else:
        _print(done)
    if done.refused:
        raise typer.Exit(1)


def _print(done: Imported) -> None:
    if done.already:
        say("Dit bestand is al eerder ingelezen. Er is niets gewijzigd.")
    elif done.refused:
        _print_refused(done.refused)
    else:
        read = f"{amount(done.reports, 'melding', 'meldingen')} ingelezen"
        say(f"{read}, {amount(done.cases, 'nieuwe zaak', 'nieuwe zaken')}, {_known(done.known)}.")


@app.command("waiting-lists")
def waiting_lists(file: CsvFile, by: By, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Lees wachtlijsten van partners in: helemaal, of bij een geweigerde rij helemaal niet."""
    with opened(database, now) as here:
        done = import_waiting_lists(here.ledger, file, by, here.acting())
    if as_json:
        print_json(done)
    elif done.already:
        say("Alles in dit bestand was al bekend. Er is niets gewijzigd.")
    elif done.refused:
        _print_refused(done.refused)
    else:
        taken = done.taken
        read = f"{amount(taken.new, 'wachtlijst', 'wachtlijsten')} ingelezen"
        say(f"{read}, {taken.corrected} verbeterd, {_known(taken.known)}.")
    if done.refused:
        raise typer.Exit(1)


def _known(number: int) -> str:
    return amount(number, "was al bekend", "waren al bekend")


def _print_refused(rows: Sequence[RefusedRow]) -> None:
    for row in rows:
        typer.echo(f"Regel {row.line}: {row.code}: {row.reason} {row.next_step}", err=True)
    typer.echo(f"{amount(len(rows), 'rij', 'rijen')} geweigerd. Er is niets vastgelegd.", err=True)


@app.command()
def generate(
    file: File,
    reports: Annotated[int, typer.Option(help="Hoeveel meldingen.")] = MEAN_REGION,
    year: Annotated[int | None, typer.Option(help="Van welk jaar; anders het vorige jaar.")] = None,
    seed: Annotated[int, typer.Option(help="Begingetal: hetzelfde getal geeft hetzelfde bestand.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Maak een bestand met verzonnen meldingen van de regio Kustland, in de verhoudingen van 2023."""
    wanted = local_date(clock()).year - 1 if year is None else year
    made = generate_reports(file, KUSTLAND, _first_day(wanted), count=reports, seed=seed)
    if as_json:
        print_json({"reports": made, "year": wanted, "seed": seed})
        return
    say(f"{amount(made, 'verzonnen melding', 'verzonnen meldingen')} van {wanted} geschreven.")


def _first_day(year: int) -> date:
    """1 January; a year that no date can hold goes on as one that is refused with our own words."""
    return date(min(max(year, date.min.year), date.max.year), 1, 1)
