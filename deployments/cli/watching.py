"""`ketenregie watch`: the dead man's switch. Its timer is not Prefect's, and its alarm is no message of the ledger."""

from datetime import datetime

import typer

from deployments.cli.opened import clock, opened
from deployments.cli.options import AsJson, Database, Now
from deployments.cli.output import print_json, say
from domain.dutch import moment_text
from domain.errors import KetenregieError, OutsideFailure
from domain.moments import parse_moment
from domain.watch import Note, Silence, Word, word
from integrations.outage_note import read_note, write_note
from integrations.settings import settings
from tasks.raise_alarm import raise_alarm
from tasks.watch_clock import Watched, watch_clock

app = typer.Typer(add_completion=False)

CODES = {
    Silence.CLOCK: "KR-WACHT-KLOK",
    Silence.ALL: "KR-WACHT-STIL",
    Silence.NEVER: "KR-WACHT-NOOIT",
    Silence.CLOSED: "KR-WACHT-DICHT",
}
SUBJECT = "Ketenregie: let op, een ronde bleef uit"
OVER = "Ketenregie: de rondes lopen weer"


@app.callback()
def watching() -> None:
    """De wacht over de rondes."""


@app.command()
def watch(now: Now = "", as_json: AsJson = False, database: Database = "") -> None:
    """Sla alarm als niemand de termijnen bewaakt, hoogstens eens per uur; eindigt dan met 1."""
    seen = _seen(database, now)
    problem = _problem(seen)
    told = _tell(problem, seen.at)
    if as_json:
        keys = {"healthy": problem is None, "alarm": told} | vars(seen)
        print_json(keys | ({"error": problem.as_dict()} if problem else {}))
    else:
        say(f"{problem.code}: {problem.sentence} {problem.next_step}" if problem else "De rondes lopen.")
    raise typer.Exit(1 if problem else 0)


def _seen(database: str, now: str) -> Watched:
    """Whatever keeps the ledger shut, the watch goes on: that is when it is needed most."""
    given = parse_moment(now) if now else None
    try:
        with opened(database, now) as here:
            return watch_clock(here.ledger, here.viewing())
    except Exception:
        return Watched(given or clock(), Silence.CLOSED)


def _problem(seen: Watched) -> KetenregieError | None:
    if seen.silent is None:
        return None
    return OutsideFailure(CODES[seen.silent], since=moment_text(seen.since) if seen.since else "het begin")


def _tell(problem: KetenregieError | None, now: datetime) -> Word:
    """Tell what must be told now. What nobody accepted is tried again the next time."""
    home, note = settings().home, read_note(settings().home)
    say_now = word(problem is not None, note, now)
    if say_now is Word.ALARM and problem is not None:
        told = raise_alarm(SUBJECT, f"{problem.sentence}\n\n{problem.next_step}\n\nCode: {problem.code}")
        write_note(home, Note(note.since if note else now, now if told else note.told if note else None))
        return say_now if told else Word.NOTHING
    if say_now is Word.OVER and note is not None:
        body = f"Er lopen weer rondes. De storing is opgemerkt op {moment_text(note.since)}."
        if not raise_alarm(OVER, body):
            return Word.NOTHING
    if problem is None:
        write_note(home, None)
    return say_now
