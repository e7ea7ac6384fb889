"""`ketenregie messages`: what was planned and sent, what failed, and what will go out if nobody acts."""

from datetime import timedelta
from typing import Annotated

import typer

from deployments.cli.account import account
from deployments.cli.lost_messages import bounces, handle
from deployments.cli.opened import opened
from deployments.cli.options import AsJson, Database, Limit, Now
from deployments.cli.output import print_json, print_table, say
from domain.dutch import amount
from domain.errors import InputRefusal
from domain.moments import parse_moment
from domain.references import normalise
from integrations.ledger.tables import MessageState
from tasks.count_stuck_offers import count_stuck_offers
from tasks.list_messages import list_messages
from tasks.log_reading import log_reading, reader
from tasks.preview_messages import PreviewLine
from tasks.preview_messages import preview as preview_messages

AHEAD = timedelta(days=14)
FAILURES = {"party": None, "case_reference": None, "state": MessageState.FAILED}
STUCK = ("overdracht naar een systeem van een partner wacht", "overdrachten naar systemen van partners wachten")
WHO = Annotated[str, typer.Option("--by", metavar="CODE", help="Uw medewerkerscode; dan komt dit in het logboek.")]
app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Berichten aan professionals; nooit aan gezinnen of melders."
)
app.command()(handle)
app.command()(bounces)
app.command()(account)


@app.command("list")
def list_(
    party: Annotated[str, typer.Option(help="Alleen aan deze code.")] = "",
    case: Annotated[str, typer.Option(help="Alleen over deze zaak.")] = "",
    state: Annotated[str, typer.Option(help="planned, bundled, sent, failed, skipped of cancelled.")] = "",
    by: WHO = "",
    limit: Limit = 100,
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Toon de berichten, de nieuwste eerst, en wat ervan geworden is."""
    if state and state not in set(MessageState):
        raise InputRefusal("KR-KEUZE-ONGELDIG", field="stand")
    wanted = {
        "party": party.strip().upper() or None,
        "case_reference": normalise(case) if case else None,
        "state": MessageState(state) if state else None,
    }
    with opened(database) as here:
        if by:
            log_reading(here.ledger, reader(here.ledger, by), here.logging(), "berichten-ingezien")
        rows = list_messages(here.ledger, **wanted, limit=limit + 1)  # type: ignore[arg-type]
        with here.ledger.reading() as session:
            stuck = count_stuck_offers(session)
    shown, more = rows[:limit], len(rows) > limit
    if as_json:
        print_json({"shown": len(shown), "more": more, "handovers_waiting": stuck, "messages": shown})
        return
    columns = (
        "bericht",
        "gepland",
        "zaak",
        "stap",
        "trede",
        "aan",
        "verzonden aan",
        "uiterlijk",
        "stand",
        "reden",
        "kenmerk",
        "dubbel",
        "opgepakt",
    )
    print_table(
        columns,
        (
            (
                row.id,
                row.planned_at,
                row.case_reference,
                row.step,
                row.rung,
                row.party,
                row.sent_to,
                row.due_at,
                row.state,
                row.reason,
                row.reference,
                row.maybe_twice or "",
                f"{row.handled_by} {row.handled_how}".strip(),
            )
            for row in shown
        ),
    )
    say(
        f"{amount(len(shown), 'bericht', 'berichten')} getoond."
        + (" Er zijn er meer: kies een hogere --limit of een filter." if more else "")
    )
    if stuck and wanted == FAILURES:
        say(f"{amount(stuck, *STUCK)} op een mens: zie 'ketenregie handover list'.")


@app.command()
def preview(
    until: Annotated[str, typer.Option(metavar="MOMENT", help="Tot wanneer; anders veertien dagen vooruit.")] = "",
    by: WHO = "",
    now: Now = "",
    limit: Limit = 500,
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Toon welke berichten naar wie gaan als niemand iets doet."""
    with opened(database, now) as here:
        moment = here.viewing()
        end = parse_moment(until) if until else moment + AHEAD
        if by:
            log_reading(here.ledger, reader(here.ledger, by), here.logging(), "berichten-ingezien")
        lines = preview_messages(here.ledger, moment, end)
    shown = lines[:limit]
    if as_json:
        print_json({"until": end, "total": len(lines), "shown": len(shown), "messages": shown})
        return
    rows = ((line.at, line.step_id, line.rung, line.party, _instead(line)) for line in shown)
    print_table(("wanneer", "stap", "trede", "aan", "gaat naar"), rows)
    told = f"{len(shown)} van {amount(len(lines), 'bericht', 'berichten')} getoond."
    say(f"{told} Urgente berichten herhalen tot iemand bevestigt.")


def _instead(line: PreviewLine) -> str:
    """Who gets it in the place of the party it is meant for."""
    return "" if line.sent_to == line.party else line.sent_to or "niemand"
