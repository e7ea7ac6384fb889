"""`ketenregie person`: who is there, who is away and who stands in."""

from datetime import datetime
from typing import Annotated

import typer

from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Now
from deployments.cli.output import print_json, print_table, say
from domain.dutch import amount, moment_text
from domain.duty import AbsenceCause
from domain.moments import parse_moment
from domain.parties import ROLE_TITLES, Role
from tasks.end_absence import end_absence
from tasks.list_people import PersonLine, list_people
from tasks.log_reading import DOOR
from tasks.record_absence import record_absence
from tasks.record_departure import record_departure

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Medewerkers: wie er is, wie afwezig is en wie invalt."
)
Code = Annotated[str, typer.Argument(metavar="CODE", help="De medewerkerscode, zoals VT-101.", show_default=False)]


@app.command("list")
def list_(
    open_steps: Annotated[
        bool, typer.Option("--open-steps", help="Alleen wie afwezig of weg is en nog open stappen heeft.")
    ] = False,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Toon de medewerkers: rollen, afwezig tot, wie de berichten nu krijgt, kanalen en open stappen."""
    with opened(database, now) as here:
        found = list_people(here.ledger, here.viewing())
    shown = [line for line in found if line.open_steps and _gone(line)] if open_steps else found
    if as_json:
        print_json({"total": len(found), "shown": len(shown), "people": shown})
        return
    if shown:
        columns = ("code", "team", "rollen", "aanwezig", "dienst", "berichten naar", "kanalen", "open")
        print_table(columns, (_row(line) for line in shown))
    say(f"{len(shown)} van {amount(len(found), 'medewerker', 'medewerkers')} getoond.")


def _gone(line: PersonLine) -> bool:
    return line.away or not line.active or not line.code


def _row(line: PersonLine) -> tuple[object, ...]:
    roles = ", ".join(ROLE_TITLES[Role(role)] for role in line.roles)
    nobody = "" if line.channels or line.stands_in else "niemand"
    return (
        line.code or "niemand",
        line.team,
        roles,
        _presence(line),
        line.on_duty,
        line.stands_in or nobody,
        line.channels,
        line.open_steps or "",
    )


def _presence(line: PersonLine) -> str:
    if not line.active:
        return "vertrokken"
    if not line.away:
        return "ja" if line.code else ""
    return f"afwezig tot {moment_text(line.away_until)}" if line.away_until else "afwezig"


@app.command()
def absent(
    code: Code,
    cause: Annotated[AbsenceCause, typer.Option(help="leave, sick of other.")],
    by: By,
    from_: Annotated[str, typer.Option("--from", metavar="MOMENT", help="Vanaf wanneer; anders vanaf nu.")] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="MOMENT", help="De eerste dag terug; zonder: tot 'person back'.")
    ] = "",
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Leg vast dat iemand afwezig is: berichten gaan naar wie invalt, termijnen lopen door."""
    begin, end = _moment(from_), _moment(until)
    with opened(database, now) as here:
        at = here.acting()
        row = record_absence(here.ledger, code, cause, by, door=DOOR, now=at, from_at=begin, until_at=end)
    if as_json:
        print_json({"code": row.professional, "from": row.from_at, "until": row.until_at})
        return
    ends = f" tot {moment_text(row.until_at)}" if row.until_at else ", tot u vastlegt dat deze collega terug is"
    say(f"{row.professional} is afwezig vanaf {moment_text(row.from_at)}{ends}.")


def _moment(text: str) -> datetime | None:
    return parse_moment(text) if text else None


@app.command()
def back(code: Code, by: By, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Leg vast dat iemand terug is: berichten gaan weer naar deze collega."""
    with opened(database, now) as here:
        end_absence(here.ledger, code, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"code": code.strip().upper(), "away": False})
        return
    say("Vastgelegd: deze collega is terug.")


@app.command()
def left(code: Code, by: By, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Leg vast dat iemand weg is: berichten gaan meteen naar wie invalt, open stappen blijven staan."""
    with opened(database, now) as here:
        steps = record_departure(here.ledger, code, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"code": code.strip().upper(), "open_steps": steps})
        return
    left_open = amount(steps, "stap", "stappen")
    say(f"Vastgelegd. Nog open op deze code: {left_open}. Wijs de zaken toe met 'case assign'.")
