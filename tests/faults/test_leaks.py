"""Canaries in every field and at every door: none is found outside the few places where it belongs."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import func, select

from integrations.ledger.tables import Message
from integrations.report_files import COLUMNS
from integrations.settings import settings
from tests.faults.leaks_canaries import Canaries, found_in
from tests.faults.leaks_doors import answers, bounce, broken_database, commands, field_of, files, imports, mail_servers
from tests.faults.leaks_scan import Scan, plant_everywhere
from tests.faults.leaks_words import PARTIES, RUNGS, every_message, strange
from tests.faults.leaks_world import ALLOWED, LeakWorld, listening
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
    number = scaled(12, 800)
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


def test_a_message_of_any_rung_to_any_party_holds_only_words_of_the_list(
    world: LeakWorld, record_property: Say
) -> None:
    number, rendered = scaled(10, 300), 0
    odd: Counter[str] = Counter()
    world.take_in(number)
    for told, names in every_message(world):
        rendered += 1
        odd.update(strange(told, names))
        assert not found_in(f"{told.subject}\n{told.body}".encode())
    record_property("said", f"leaks, words: {json.dumps({'messages': rendered, 'strange': len(odd)})}")
    assert not odd, odd
    assert rendered == number * len(PARTIES) * len(RUNGS)


@pytest.mark.parametrize("name", ["ledger"])
def test_a_canary_in_any_column_of_any_table_is_found(name: str, ledger_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.sqlite"
    path.write_bytes(ledger_template.read_bytes())
    places = plant_everywhere(path, Canaries().code("META"))
    found = Scan()
    found.database(path, name)
    assert {hit.place for hit in found.hits if hit.field == "META"} >= {f"{name}:{place}" for place in places}
    assert len(places) > 150
