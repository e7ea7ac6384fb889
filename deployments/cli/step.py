"""`ketenregie step`: show what a step asks, record an answer, open one by hand, acknowledge, move the term."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.opened import opened
from deployments.cli.options import AsJson, By, Database, Now, Reference, StepId
from deployments.cli.output import print_json, say
from deployments.cli.refusals import tell, wrong_use
from deployments.cli.step_sheet import as_json_object, print_step
from deployments.cli.step_term import extend, resume, suspend
from domain.errors import GateRefusal, InputRefusal, WrongUse
from tasks.acknowledge import acknowledge as acknowledge_step
from tasks.log_reading import DOOR, reader
from tasks.open_step import open_step
from tasks.record_answer import Recorded, record_answer
from tasks.show_step import show_step

MOST_BYTES = 64 * 1024
app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Stappen: wat er gevraagd wordt, en het antwoord vastleggen."
)


@app.command()
def show(step: StepId, by: By, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Toon de vragen met hun mogelijke waarden, wat bekend is en wat nog ontbreekt."""
    with opened(database, now) as here:
        sheet = show_step(here.ledger, step, by, here.viewing(), logged_at=here.logging())
    if as_json:
        print_json(as_json_object(sheet))
        return
    print_step(sheet)


@app.command()
def record(
    step: StepId,
    by: By,
    answers: Annotated[list[str] | None, typer.Argument(metavar="VELD=WAARDE…", show_default=False)] = None,
    file: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE.json", help="Antwoorden uit een bestand.")
    ] = None,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Leg een of meer antwoorden vast; de stap gaat dicht bij een uitkomst waarbij niets ontbreekt."""
    given = (_from_file(file) if file else {}) | _from_words(answers or ())
    with opened(database, now) as here:
        reader(here.ledger, by)
        recorded = record_answer(here.ledger, step, given, by, door=DOOR, now=here.acting())
    if as_json:
        print_json(recorded)
    else:
        _print(recorded)
    if recorded.refused:
        raise typer.Exit(1)


def _from_words(words: Sequence[str]) -> dict[str, object]:
    """`name=value` pairs; an error never shows the words."""
    pairs = [word.partition("=") for word in words]
    if any(not name or not equals for name, equals, _ in pairs):
        raise wrong_use("schrijf elk antwoord als veld=waarde")
    if len({name for name, _, _ in pairs}) != len(pairs):
        raise wrong_use("een veld staat er twee keer")
    return {name: value for name, _, value in pairs}


def _from_file(path: Path) -> dict[str, object]:
    """One JSON object of plain values."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(MOST_BYTES + 1)[:MOST_BYTES])
    except OSError:
        raise WrongUse("KR-BESTAND") from None
    except ValueError:
        raise InputRefusal("KR-ANTWOORDEN") from None
    if not isinstance(found, dict) or any(not isinstance(value, str | int) for value in found.values()):
        raise InputRefusal("KR-ANTWOORDEN")
    return found


def _print(recorded: Recorded) -> None:
    if recorded.refused:
        tell(GateRefusal(recorded.refused, missing=recorded.missing), as_json=False)
        say("Wat goed was, is bewaard. De stap blijft open.")
    elif recorded.state == "done":
        say(f"Vastgelegd. De stap is afgerond: {recorded.outcome}.")
    elif recorded.waits_for:
        say(f"Vastgelegd. De stap wacht op akkoord van een tweede persoon: {recorded.waits_for}.")
    else:
        say("Vastgelegd. De stap blijft open.")


@app.command("open")
def open_(
    reference: Reference,
    kind: Annotated[
        str, typer.Argument(metavar="SOORT", help="De stapsoort, zoals warm_handover.", show_default=False)
    ],
    by: By,
    now: Now = "",
    as_json: AsJson = False,
    database: Database = "",
) -> None:
    """Open een stap met de hand, zoals een overdracht of afsluiten."""
    with opened(database, now) as here:
        reader(here.ledger, by)
        made = open_step(here.ledger, reference, kind, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"step": made})
        return
    say(f"Geopend: {made}.")


@app.command()
def acknowledge(step: StepId, by: By, now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Bevestig dat u een urgente stap oppakt: de herhaling stopt, de termijn niet."""
    with opened(database, now) as here:
        reader(here.ledger, by)
        acknowledge_step(here.ledger, step, by, door=DOOR, now=here.acting())
    if as_json:
        print_json({"acknowledged": True})
        return
    say("Bevestigd. De termijn loopt door.")


for moves_the_term in (extend, suspend, resume):
    app.command()(moves_the_term)
