"""A trial ledger with one case, copied fresh for each test; settings that point nowhere else."""

import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from integrations.ledger import Ledger
from integrations.region_file import read_region
from integrations.settings import settings
from tasks.make_ledger import make_ledger
from tests.cli.trial import BEGIN, KUSTLAND, Trial, moment
from tests.copied import on_a_copy


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("KETENREGIE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def empty_template(ledger_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kustland with a virtual clock and no case."""
    path = tmp_path_factory.mktemp("trial") / "empty.sqlite"
    trial = Trial(Path(shutil.copy(ledger_template, path)))
    make_ledger(trial.ledger, read_region(KUSTLAND), moment("2026-01-05T08:00"), virtual=True)
    trial.ledger.dispose()
    return path


@pytest.fixture(scope="session")
def case_template(empty_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with one case in Meerdorp, taken in."""
    path = tmp_path_factory.mktemp("trial") / "case.sqlite"
    trial = Trial(Path(shutil.copy(empty_template, path)))
    trial.receive(BEGIN, "M-1", own_number="Z-1")
    trial.ledger.dispose()
    return path


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Where the two trial ledgers of each test are."""
    return tmp_path_factory.mktemp("empty") / "empty.sqlite", tmp_path_factory.mktemp("trial") / "trial.sqlite"


@lru_cache(maxsize=8)
def one_ledger(url: str) -> Ledger:
    """One ledger object for each place, for the tests and for the commands in this process: see tests/copied.py."""
    return Ledger(url)


@pytest.fixture(autouse=True)
def _one_ledger_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.cli.opened.Ledger", one_ledger)


def trial_of(template: Path, place: Path) -> Iterator[Trial]:
    """A fresh copy of this template."""
    made = Trial(place, on_a_copy(one_ledger(f"sqlite:///{place}"), template))
    yield made
    made.ledger.dispose()


@pytest.fixture
def empty(empty_template: Path, places: tuple[Path, Path]) -> Iterator[Trial]:
    """A fresh trial ledger without cases."""
    yield from trial_of(empty_template, places[0])


@pytest.fixture
def trial(case_template: Path, places: tuple[Path, Path]) -> Iterator[Trial]:
    """A fresh trial ledger with one case."""
    yield from trial_of(case_template, places[1])


@pytest.fixture
def reference(trial: Trial) -> str:
    """The one case of the trial ledger."""
    found = trial.run("case", "list", "--by", "VT-201", "--json").json
    return str(found["cases"][0]["reference"])
