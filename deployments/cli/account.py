"""`ketenregie messages account`: everything owed on a day, and what became of it."""

from datetime import date, timedelta
from typing import Annotated

import typer

from deployments.cli.opened import opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, print_table, say
from domain.errors import InputRefusal
from domain.terms import local_date
from flows.account_text import COLUMNS, forgotten_rows, reason_rows, rung_rows, sends_text, summary
from flows.account_text import as_json as keyed
from tasks.account_day import DayAccount, account_day


def account(
    day: Annotated[str, typer.Option(metavar="DATUM", help="Welke dag; anders gisteren.")] = "",
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Verantwoord een dag: alles wat gezegd moest worden, en wat ervan werd; eindigt met 1 als er iets is vergeten."""
    with opened(database, now) as here:
        moment = here.viewing()
        found = account_day(here.ledger, _day(day) if day else local_date(moment) - timedelta(days=1), moment)
    if as_json:
        print_json(keyed(found))
    else:
        _show(found)
    if found.account.forgotten:
        raise typer.Exit(1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputRefusal("KR-DATUM-ONGELDIG", field="day") from None


def _show(found: DayAccount) -> None:
    print_table(COLUMNS, rung_rows(found.account))
    print_table(("trede", "niet verzonden", "aantal"), reason_rows(found.account))
    if found.account.forgotten:
        print_table(("stap", "trede", "moment"), forgotten_rows(found.account), title="VERGETEN")
    say(summary(found), sends_text(found))
