"""`ketenregie report`: the figures of the region. In public small cells are left out; whole only inside, by role."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from deployments.cli.opened import Opened, opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, print_table, say
from deployments.cli.refusals import wrong_use
from domain.access import refuse_internal_figures
from domain.dutch import day_text, moment_text
from domain.figures import Figures, half_year
from domain.figures_view import HIDDEN, View, shown, view
from domain.measures import Measure
from domain.moments import parse_moment
from domain.policy.model import Privacy
from domain.terms import local_date
from domain.waiting_lists import WaitingLine, lists_told
from tasks.log_reading import log_reading, reader
from tasks.read_report import Report, read_fortnightly, read_half_year

AT_ONCE = 6
"""Municipalities beside each other on a screen."""

Internal = Annotated[
    bool, typer.Option("--internal", help="Met kleine aantallen; vraagt --by met een rol die dat mag.")
]
Who = Annotated[str, typer.Option("--by", metavar="CODE", help="Uw medewerkerscode, verplicht bij --internal.")]
CutOff = Annotated[
    str,
    typer.Option(
        metavar="MOMENT", help="Tel niet mee wat later is vastgelegd; hetzelfde moment geeft dezelfde cijfers."
    ),
]
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Cijfers per gemeente en voor de regio; kleine aantallen blijven weg.",
)


@app.command()
def fortnightly(
    on: Annotated[str, typer.Option(metavar="DATUM", help="Het overzicht dat op deze dag geldt; anders vandaag.")] = "",
    cut_off: CutOff = "",
    internal: Internal = False,
    by: Who = "",
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Het tweewekelijkse overzicht dat het laatst is gepubliceerd, met het jaar tot en met die periode."""
    with opened(database, now) as here:
        privacy = _privacy_off(here, internal, by)
        moment = here.viewing()
        day = local_date(parse_moment(on)) if on else local_date(moment)
        found = read_fortnightly(here.ledger, day, _known(cut_off, moment))
    _out(found, privacy, as_json)


@app.command("half-year")
def half_year_(
    half: Annotated[str, typer.Option(metavar="JAAR-HELFT", help="Welk halfjaar, zoals 2026-1.")],
    cut_off: CutOff = "",
    internal: Internal = False,
    by: Who = "",
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """De cijfers van een halfjaar; voorlopig zolang het nog loopt."""
    period = half_year(half)
    with opened(database, now) as here:
        privacy = _privacy_off(here, internal, by)
        found = read_half_year(here.ledger, period, _known(cut_off, here.viewing()))
    _out(found, privacy, as_json)


def _known(cut_off: str, moment: datetime) -> datetime:
    return parse_moment(cut_off) if cut_off else moment


def _privacy_off(here: Opened, internal: bool, by: str) -> bool:
    """True when this reader gets whole numbers. Raises KR-ROL, or KR-GEBRUIK without a code."""
    if not internal:
        return False
    if not by:
        raise wrong_use("--internal vraagt ook --by")
    person = reader(here.ledger, by)
    refuse_internal_figures(person)
    log_reading(here.ledger, person, here.logging(), "cijfers-ingezien")
    return True


def _out(report: Report, whole: bool, as_json: bool) -> None:
    privacy = None if whole else report.privacy
    if as_json:
        print_json(_object(report, privacy))
        return
    say(report.title, f"Periode: {report.figures.period}", *_header(report, privacy))
    _tables("In deze periode", view(report.figures, privacy, report.measures))
    _partners(lists_told(report.partners, privacy))
    if report.year:
        _tables(f"Dit jaar: {report.year.period}", view(report.year, privacy, report.year_measures))


def _header(report: Report, privacy: Privacy | None) -> list[str]:
    lines = [f"Gepubliceerd: {day_text(report.published_on)}"] if report.published_on else []
    lines += [f"Gegevens tot: {moment_text(report.figures.known_until)}", f"Beleid: {report.figures.policy_version}"]
    lines += ["Voorlopig: de periode loopt nog."] if report.preliminary else []
    if privacy is None:
        return [*lines, "Intern: bevat kleine aantallen. Niet verspreiden."]
    return [*lines, f"Een punt: minder dan {privacy.suppress_below}, of af te leiden. Afgerond op {privacy.round_to}."]


def _tables(title: str, found: View) -> None:
    """A table for each handful of municipalities, the region last in each."""
    towns = len(found.places) - 1
    for first in range(0, max(towns, 1), AT_ONCE):
        chosen = [*range(first, min(first + AT_ONCE, towns)), towns]
        rows: list[list[str]] = []
        group = ""
        for line in found.lines:
            if line.group != group:
                group = line.group
                rows.append([group.upper(), *("" for _ in chosen)])
            rows.append([f"  {line.title}", *(line.cells[place] for place in chosen)])
        print_table(["", *(found.places[place] for place in chosen)], rows, title)


def _partners(lines: tuple[WaitingLine, ...]) -> None:
    """The waiting lists elsewhere in the chain, beside our own."""
    if not lines:
        return
    columns = ("Organisatie", "Soort", "Op", "Wachtenden", "Vorige", "Middelste wachttijd in dagen")
    rows = [
        (line.title, line.kind, day_text(line.day), *map(_number, (line.waiting, line.before, line.median_days)))
        for line in lines
    ]
    print_table(columns, rows, "Wachtlijsten van partners")


def _number(count: int | None) -> str:
    return HIDDEN if count is None else str(count)


def _object(report: Report, privacy: Privacy | None) -> dict[str, Any]:
    return {
        "report": report.kind,
        "published_on": report.published_on,
        "preliminary": report.preliminary,
        "public": privacy is not None,
        "cut_off": report.figures.known_until,
        "policy": report.figures.policy_version,
        "suppress_below": privacy.suppress_below if privacy else None,
        "round_to": privacy.round_to if privacy else None,
        "period": _numbers(report.figures, privacy, report.measures),
        "year": _numbers(report.year, privacy, report.year_measures) if report.year else None,
        "partners": [asdict(line) for line in lists_told(report.partners, privacy)],
    }


def _numbers(figures: Figures, privacy: Privacy | None, measures: tuple[Measure, ...]) -> dict[str, Any]:
    told = shown(figures, privacy, measures)
    return {
        "from": figures.period.start,
        "until": figures.period.until,
        "last_day": figures.period.until - timedelta(days=1),
        "municipalities": [{"code": c, "title": title, "counts": told[c]} for c, title in figures.places],
        "region": told[""],
    }
