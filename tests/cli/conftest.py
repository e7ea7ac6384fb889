"""A trial ledger with one case, copied fresh for each test; settings that point nowhere else."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.region_file import read_region
from integrations.settings import settings
from tasks.make_ledger import make_ledger
from tests.cli.trial import BEGIN, KUSTLAND, Trial, moment


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


@pytest.fixture
def empty(empty_template: Path, tmp_path: Path) -> Iterator[Trial]:
    """A fresh trial ledger without cases."""
    trial = Trial(Path(shutil.copy(empty_template, tmp_path / "empty.sqlite")))
    yield trial
    trial.ledger.dispose()


@pytest.fixture
def trial(case_template: Path, tmp_path: Path) -> Iterator[Trial]:
    """A fresh trial ledger with one case."""
    made = Trial(Path(shutil.copy(case_template, tmp_path / "trial.sqlite")))
    yield made
    made.ledger.dispose()


@pytest.fixture
def reference(trial: Trial) -> str:
    """The one case of the trial ledger."""
    found = trial.run("case", "list", "--by", "VT-201", "--json").json
    return str(found["cases"][0]["reference"])
