"""Run a story and print its timeline; exit status 1 when anything differs from what it expects."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from sqlmodel import Session, select

from deployments.stories.check import Seen, differences, messages
from deployments.stories.format import Act, Expect, Story, read_story
from deployments.stories.stage import Stage, stage
from domain.dutch import amount, moment_text
from domain.errors import GateRefusal, Refusal
from domain.figures import published_on
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Case
from tasks.read_figures import read_figures
from tasks.record_answer import Recorded

Between = Callable[[Stage, datetime], object]
FORBIDDEN = ("geweld", "politie", "mishandeling")


@dataclass(frozen=True)
class Line:
    """One act on the timeline: what happened, which messages were decided, and what differs from the story."""

    at: str
    act: str
    what: str
    told: tuple[str, ...]
    differences: tuple[str, ...]


def run_story(path: Path, as_json: bool = False) -> int:
    """Run the story in this file and print it; 0 when it holds, 1 when it differs."""
    story = read_story(path)
    lines = list(play(story, path))
    held = not any(line.differences for line in lines)
    console = Console(soft_wrap=True, highlight=False)
    if as_json:
        print(json.dumps({"verhaal": story.title, "klopt": held, "tijdlijn": [asdict(line) for line in lines]}))
    else:
        _print(console, story, lines, held)
    return 0 if held else 1


def play(story: Story, path: Path, between: Between | None = None) -> Iterator[Line]:
    """The lines of the timeline, one an act. `between` is done after each act, at its moment."""
    with stage(story, path) as here:
        for number, act in enumerate(story.acts):
            yield perform(here, story, number)
            if between:
                between(here, act.at)
        yield from _mail_lines(here, story)


def perform(here: Stage, story: Story, number: int) -> Line:
    """Perform one act of the story on a stage where the acts before it have been performed."""
    since = story.acts[number - 1].at if number else story.acts[0].at - timedelta(days=1)
    return _act(here, story.acts[number], since)


def _act(here: Stage, act: Act, since: datetime) -> Line:
    here.pass_time(act.at)
    result, refused, missing = _performed(here, act)
    here.tick(act.at)
    mails = len(here.mails())
    differs = [] if act.expect.mails in (None, mails) else [f"mails: verwacht {act.expect.mails}, was {mails}"]
    told: tuple[str, ...] = ()
    with here.ledger.reading() as session:
        differs += _figures(session, act.expect)
        if here.cases:
            case = session.exec(select(Case).where(Case.reference == here.reference(_alias(act)))).one()
            seen = Seen(session, case, since, act.at, result, refused, missing)
            differs += differences(seen, act.expect)
            told = tuple(f"{found.rung} {found.step} → {found.to}" for found in messages(seen, since))
    return Line(moment_text(act.at), act.verb, _what(act, refused), told, tuple(differs))


def _performed(here: Stage, act: Act) -> tuple[Recorded | None, str, tuple[str, ...]]:
    try:
        result = here.perform(act)
    except Refusal as refusal:
        return None, refusal.code, refusal.missing if isinstance(refusal, GateRefusal) else ()
    return result, result.refused if result else "", result.missing if result else ()


def _alias(act: Act) -> str:
    part = act.record or act.open or act.acknowledge or act.person
    return part.case if part else str((act.report or {}).get("as", ""))


def _what(act: Act, refused: str) -> str:
    step = next((part.step for part in (act.record, act.open, act.acknowledge) if part), "")
    by = next((part.by for part in (act.record, act.open, act.acknowledge, act.person) if part), "")
    said = " ".join(word for word in (step, f"door {by}" if by else "", act.note) if word)
    return f"{said} (geweigerd: {refused})" if refused else said


def _figures(session: Session, expect: Expect) -> Iterator[str]:
    policy = policy_of(session)
    for wanted in expect.published:
        if (found := published_on(wanted.until, policy.calendar())) != wanted.day:
            yield f"publicatie: verwacht {wanted.day}, was {found}"
    for figures in expect.figures:
        counts = read_figures(
            session, policy, cut_off=figures.cut_off, half=figures.half, municipality=figures.municipality
        )
        for name, value in figures.values.items():
            if counts[name] != value:
                yield f"cijfer {name}: verwacht {value}, was {counts[name]}"


def _mail_lines(here: Stage, story: Story) -> Iterator[Line]:
    """The last line: no mail of the whole story holds a word that says what it is about."""
    found = {word for mail in here.mails() for word in FORBIDDEN if word in (mail.subject + mail.body).lower()}
    texts = tuple(f"een bericht bevat het woord {word}" for word in sorted(found))
    end = moment_text(story.acts[-1].at)
    yield Line(end, "post", f"{amount(len(here.mails()), 'bericht', 'berichten')} in de postbus", (), texts)


def _print(console: Console, story: Story, lines: list[Line], held: bool) -> None:
    console.print(f"[bold]{story.title}[/]")
    for line in lines:
        console.print(f"{line.at}  {line.act:<11} {line.what}")
        for told in line.told:
            console.print(f"{'':>18}  bericht     {told}")
        for difference in line.differences:
            console.print(f"{'':>18}  [red]VERSCHIL[/]    {difference}")
    console.print("[green]Het verhaal klopt.[/]" if held else "[red]Het verhaal klopt niet.[/]")
