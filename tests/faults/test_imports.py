"""Spoilt files of reports: each row is accepted or refused with a reason that quotes nothing, and nothing escapes."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlmodel import func, select

from domain.errors import Refusal
from integrations.ledger import Ledger
from integrations.ledger.tables import Audit, Case, ImportedFile, Outbox, Person, Report, Step
from tasks.import_reports import Imported, import_reports
from tests.faults.imports_judge import Judge
from tests.faults.imports_mutants import mutant
from tests.faults.imports_seeds import FORMATS, NOW, Seed, seeds
from tests.faults.tier import SEED, chance, scaled
from tests.house.tree import ROOT
from tests.region import with_region

Say = Callable[[str, object], None]

SHARES = 10
"""The mass of files in so many tests, so that two workers share them."""

TABLES = (Report, Case, Person, Step, Outbox, Audit, ImportedFile)


def test_the_seeds_are_ninety_good_files(tmp_path: Path) -> None:
    judge = Judge(tmp_path)
    assert [len(seeds()), *(sum(seed.suffix == suffix for seed in seeds()) for suffix in FORMATS)] == [90, 30, 30, 30]
    for seed in seeds():
        found = judge.read(seed.data, seed.suffix)
        assert found is not None
        assert (len(found.reports), found.refused) == (seed.rows, ())


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that costs no disk, where there is one: the mass of files is written one after the other."""
    shared = Path("/dev/shm")
    with TemporaryDirectory(prefix="ketenregie-imports-", dir=shared if shared.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.parametrize("share", range(SHARES))
def test_no_spoilt_file_lets_anything_escape(share: int, in_memory: Path, record_property: Say) -> None:
    judge, rng, good = Judge(in_memory), chance(f"files {share}"), seeds()
    for _ in range(scaled(300, 50_000)):
        seed = rng.choice(good)
        judge.read(mutant(seed, rng), seed.suffix)
    assert judge.files == scaled(300, 50_000)
    assert len(judge.codes) >= 10
    record_property("said", f"spoilt files, share {share}: {judge.said()} seed {SEED}")


def largest(suffix: str) -> Seed:
    return max((seed for seed in seeds() if seed.suffix == suffix), key=lambda seed: len(seed.data))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_cut_off_at_any_byte_gives_no_row_that_was_not_whole(
    suffix: str, tmp_path: Path, record_property: Say
) -> None:
    seed, judge = largest(suffix), Judge(tmp_path)
    assert len(seed.data) > 3000
    whole = judge.read(seed.data, suffix)
    assert whole is not None
    for end in range(0, 3001, scaled(16, 1)):
        found = judge.read(seed.data[:end], suffix)
        complete = seed.data[:end].count(b"\n") - 1
        assert found is None or (suffix == ".csv" and found.reports[:complete] == whole.reports[:complete])
    record_property("said", f"cut off{suffix}: {judge.said()}")


def test_a_monstrous_file_is_refused_within_two_seconds_and_300_megabytes(record_property: Say) -> None:
    command = [sys.executable, "-m", "tests.faults.imports_monsters"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=True)
    found = json.loads(done.stdout)
    record_property("said", f"monsters: {json.dumps(found)}")
    assert found["megabytes"] < 300
    assert found["refused"] == found["monsters"] >= 14
    assert found["slowest_s"] < 2


def counted(ledger: Ledger) -> list[int]:
    with ledger.reading() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in TABLES]


@pytest.mark.parametrize("share", range(2))
def test_a_spoilt_file_is_imported_whole_or_not_at_all_and_once(
    share: int, ledger: Ledger, tmp_path: Path, record_property: Say
) -> None:
    rng, judge, imported, files = chance(f"imports {share}"), Judge(tmp_path), 0, scaled(40, 1500)
    with_region(ledger)
    for number in range(files):
        seed = rng.choice(seeds())
        data = seed.data if rng.random() < 0.1 else mutant(seed, rng)
        imported += whole_or_not(ledger, judge, tmp_path / f"{number}{seed.suffix}", data)
    assert imported > 0
    record_property("said", f"imports {share}: {json.dumps({'files': files, 'imported': imported, 'halves': 0})}")


def whole_or_not(ledger: Ledger, judge: Judge, path: Path, data: bytes) -> bool:
    """Import it twice, the second time by another name; whether it was taken the first time."""
    path.write_bytes(data)
    before = counted(ledger)
    done = _import(ledger, judge, path, 0)
    after = counted(ledger)
    if done is None or done.refused or done.already:
        assert after == before
    else:
        assert after[0] == before[0] + done.reports
        assert after[-1] == before[-1] + 1
    again = _import(ledger, judge, path.rename(path.with_stem(f"{path.stem} hernoemd")), 1)
    assert counted(ledger) == after
    taken = done is not None and not done.refused
    assert not taken or (again is not None and again.already)
    return taken


def _import(ledger: Ledger, judge: Judge, path: Path, minutes: int) -> Imported | None:
    try:
        done = import_reports(ledger, path, "VT-201", NOW + timedelta(minutes=minutes))
    except Refusal as refusal:
        judge.must_quote_nothing(f"{refusal.sentence} {refusal.next_step}")
        return None
    for row in done.refused:
        judge.must_quote_nothing(f"{row.reason} {row.next_step} {row.field}")
    return done


def test_the_judge_sees_a_reason_that_quotes_and_a_row_that_is_lost(tmp_path: Path) -> None:
    judge = Judge(tmp_path)
    with pytest.raises(AssertionError):
        judge.must_quote_nothing("Deze waarde kan niet: Kwetterveen")
    with pytest.raises(AssertionError):
        judge.must_quote_nothing("Deze waarde kan niet: 123456782")
