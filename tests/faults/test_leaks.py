"""Canaries in every field and at every door: none is found outside the few places where it belongs."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from sqlmodel import func, select

from domain.ladder import COUNTS
from domain.messages import CAUSES, Count, Rendered, number_text, render_counts
from domain.process import step_of
from integrations.ledger.contacts import address_book
from integrations.ledger.tables import Case, Message, MessageState, Municipality, Organisation, Step, StepState
from integrations.report_files import COLUMNS
from integrations.settings import settings
from tasks.compose_messages import compose
from tasks.read_messages import Told
from tests.faults.leaks_canaries import Canaries, found_in
from tests.faults.leaks_doors import answers, bounce, broken_database, commands, field_of, files, imports, mail_servers
from tests.faults.leaks_scan import Scan, plant_everywhere
from tests.faults.leaks_world import ALLOWED, BEGIN, LeakWorld, listening
from tests.faults.tier import SEED, chance, scaled
from tests.messages.servers import closed_port

Say = Callable[[str, object], None]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LeakWorld]:
    """A region of canaries, with a home of its own."""
    monkeypatch.setenv("KETENREGIE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KETENREGIE_UI_URL", f"http://127.0.0.1:{closed_port()}")
    settings.cache_clear()
    made = LeakWorld(tmp_path).make()
    yield made
    made.ledger.dispose()


def must_be_clean(found: Scan, record_property: Say, what: str, **figures: int) -> None:
    """Say what was searched; any hit outside the list fails."""
    seed = {"hits": len(found.hits), "seed": SEED}
    searched = {"files": found.files, "columns": found.columns, "megabytes": round(found.size / 1e6, 1)}
    hits = Counter(found.hits)
    record_property("said", f"leaks, {what}: {json.dumps(figures | searched | seed)}")
    assert not hits, hits.most_common(20)


def test_a_year_of_cases_shows_its_codes_only_where_they_belong(world: LeakWorld, record_property: Say) -> None:
    number = scaled(12, 2000)
    with listening() as ear:
        assert world.take_in(number).cases == number
        sent = world.weeks(scaled(2, 5)).sent
        read_by_everybody(world)
        world.copied()
    found = world.scan(ear)
    with world.ledger.reading() as session:
        messages = session.exec(select(func.count()).select_from(Message)).one()
    must_be_clean(found, record_property, "codes", cases=number, messages=messages, mails=sent)
    assert found.met >= {pair for pair in ALLOWED if not pair[0].startswith("out:")}
    assert messages >= scaled(100, 20_000)


def read_by_everybody(world: LeakWorld) -> None:
    """Every command that shows something, as people and as JSON."""
    references = [case["reference"] for case in world.run("case", "list", "--by", "VT-201", "--json").json["cases"]]
    with_json: list[tuple[str, ...]] = [("status",), ("messages", "list"), ("doctor",)]
    with_json += [("messages", "preview", "--until", "2026-09-01T12:00"), ("person", "list", "--by", "VT-990")]
    with_json += [("report", "half-year", "--half", "2026-1"), ("report", "fortnightly")]
    with_json += [("case", "list", "--by", by) for by in ("WT-201", "KR-001", "CM-001")]
    with_json += [("case", "show", one, "--by", by) for one in references[:3] for by in ("VT-201", "WT-201", "KR-001")]
    for typed in with_json:
        world.run(*typed)
        world.run(*typed, "--json")


def test_no_door_repeats_what_was_pushed_at_it(world: LeakWorld, record_property: Say) -> None:
    drawn, pushed = chance("doors"), 0
    with listening() as ear:
        world.take_in(12)
        disguises = list(world.canaries.disguises("DEUR"))
        for t in drawn.sample(disguises, scaled(1, len(disguises))):
            pushed += sum(world.run(*typed) is not None for typed in commands(world, t))
            pushed += sum(world.run(*typed) is not None for typed in files(world, t))
            pushed += answers(world, t)
    must_be_clean(world.scan(ear), record_property, "doors", pushed=pushed)


def test_no_column_of_a_file_is_repeated(world: LeakWorld, record_property: Say) -> None:
    drawn, pushed = chance("columns"), 0
    with listening() as ear:
        for column in COLUMNS:
            disguises = list(world.canaries.disguises(field_of(column.name)))
            for t in drawn.sample(disguises, scaled(1, len(disguises))):
                pushed += sum(world.run(*typed) is not None for typed in imports(world, column.name, t))
    found = world.scan(ear)
    found.hits = [hit for hit in found.hits if not taken_as_code(hit.place)]
    must_be_clean(found, record_property, "columns", pushed=pushed)


def taken_as_code(place: str) -> bool:
    """What looks like a code in a column of codes is taken as one, disguised or not."""
    return place in {pair[0] for pair in ALLOWED if pair[0].startswith("ledger:")} - {"ledger:professional.channels"}


def test_what_a_mail_server_or_a_bounce_says_is_kept_nowhere(world: LeakWorld, record_property: Say) -> None:
    drawn, pushed = chance("servers"), 0
    with listening() as ear:
        world.take_in(scaled(12, 60))
        world.weeks(1)
        disguises = [t for t in world.canaries.disguises("SERVER") if "\n" not in t]
        for t in drawn.sample(disguises, scaled(1, len(disguises))):
            pushed += mail_servers(world, t)
            world.run("messages", "bounces", str(bounce(world, t)), "--by", "VT-201")
            world.run("messages", "list", "--json")
    must_be_clean(world.scan(ear), record_property, "mail servers and bounces", pushed=pushed)


def test_what_the_database_says_in_an_error_is_told_nobody(world: LeakWorld, record_property: Say) -> None:
    drawn, pushed = chance("database"), 0
    with listening() as ear:
        world.take_in(12)
        disguises = list(world.canaries.disguises("FOUT"))
        for t in drawn.sample(disguises, scaled(1, len(disguises))):
            pushed += sum(world.run(*typed) is not None for typed in broken_database(world, t))
    must_be_clean(world.scan(ear), record_property, "database errors", pushed=pushed)


PARTIES = ("VT-201", "VT-209", "VT-911", "VT-990", "WT-201", "WT-209", "KR-001", "KR-002", "ZG-001", "CM-001", "AO-001")
RUNGS = ("NOTICE", "SECOND", "R", "R10", "R5", "L1", "L2", "ACUTE", "L3", "L4")


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


WORDS = words(
    """dit bericht gaat over één stap stappen taak taken voor zaak uiterlijk was herinnering de termijn open kenmerk
    krijgt u dit twee keer dan is het hetzelfde bericht wacht stap van op reden een partner niet vastgelegd er staat
    urgente klaar te lang gemeente minder dan zo veel wachten die overzicht keer"""
)
LABELS = words("vb besluit terugkoppeling huisbezoek overdracht plan monitor overleg opsporing overzicht")
SHAPES = re.compile(
    r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b"  # the reference of a case
    r"|\[?[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\]?"  # the reference of a mail
    r"|(?:ma|di|wo|do|vr|za|zo) \d\d-\d\d-\d{4}(?: \d\d:\d\d)?"  # a moment
    r"|http://127\.0\.0\.1:\d+/\S+"  # a link, which asks for a login
    r"|\(\d+e keer\)|^- |^\d+\.$",
    re.MULTILINE,
)


def strange(told: Rendered, names: frozenset[str]) -> list[str]:
    """The words of a message that no message may hold."""
    text = SHAPES.sub(" ", f"{told.subject}\n{told.body}")
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    found = re.findall(r"[^\W_]+", text.casefold())
    return [word for word in found if word not in WORDS | LABELS and not word.isdecimal()]


def test_a_message_of_any_rung_to_any_party_holds_only_words_of_the_list(
    world: LeakWorld, record_property: Say
) -> None:
    number, rendered = scaled(10, 500), 0
    odd: Counter[str] = Counter()
    world.take_in(number)
    for told, names in every_message(world):
        rendered += 1
        odd.update(strange(told, names))
        assert not found_in(f"{told.subject}\n{told.body}".encode())
    record_property("said", f"leaks, words: {json.dumps({'messages': rendered, 'strange': len(odd)})}")
    assert not odd, odd
    assert rendered == number * len(PARTIES) * len(RUNGS)


def every_message(world: LeakWorld) -> Iterator[tuple[Rendered, frozenset[str]]]:
    """Each template for each party for each case, and the names it may hold: a team's, a town's, who is waited for."""
    with world.ledger.reading() as session:
        titles = address_book(session).titles
        towns = {town.code: town.title for town in session.exec(select(Municipality))}
        known = frozenset(
            {*titles.values(), *towns.values(), *CAUSES.values(), *session.exec(select(Organisation.title))}
        )
        for case in session.exec(select(Case)):
            step = session.exec(select(Step).where(Step.case_id == case.id, Step.state == StepState.OPEN)).first()
            assert step is not None
            for party, rung in product(PARTIES, RUNGS):
                told = Told(message_of(step, case, party, rung), step, "")
                names = frozenset(name for name in known | {step.organisation} if name)
                if rung in COUNTS:
                    count = Count(step_of(step.kind).label, towns[case.municipality], number_text(len(party), 10))
                    yield render_counts([count], bundle_reference="BCDF-GHJK", sent_to_title=titles[party]), names
                else:
                    yield compose(session, [told], reference="BCDF-GHJK", sent_to_title=titles[party]), names


def message_of(step: Step, case: Case, party: str, rung: str) -> Message:
    """A message as the sweep decides it, never written down."""
    return Message(
        step_id=step.id,
        case_reference=case.reference,
        party=party,
        rung=rung,
        deadline_version=1,
        ordinal=1 + len(party) % 3,
        label=step_of(step.kind).label,
        due_at=step.due_at,
        acute=rung == "ACUTE",
        state=MessageState.PLANNED,
        planned_at=BEGIN,
    )


@pytest.mark.parametrize("name", ["ledger"])
def test_a_canary_in_any_column_of_any_table_is_found(name: str, ledger_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.sqlite"
    path.write_bytes(ledger_template.read_bytes())
    places = plant_everywhere(path, Canaries().code("META"))
    found = Scan()
    found.database(path, name)
    assert {hit.place for hit in found.hits if hit.field == "META"} >= {f"{name}:{place}" for place in places}
    assert len(places) > 150
