"""The oracle is tested too: each broken build must turn the test red that says it would notice.

`mutants.toml` names for each mutant the file, the text that is replaced, and the test. In the small tier the texts must
still be there, each once; in the full tier each mutant is made in a copy of the project and its test must fail there.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.tier import FULL

ROOT = Path(__file__).parents[2]
COPIED = ("domain", "integrations", "tasks", "flows", "deployments", "tests", "benchmarks", "docs", ".ci")
ALONE = ("pyproject.toml", "README.md", "Makefile")
PATIENCE = 240  # seconds for one mutant's test


@dataclass(frozen=True)
class Mutant:
    """One broken build: `old` becomes `new` in `file`, and `test` must notice."""

    name: str
    file: str
    old: str
    new: str
    test: str


MUTANTS = [
    Mutant(**entry) for entry in tomllib.loads(Path(__file__).with_name("mutants.toml").read_text("utf-8"))["mutant"]
]
NAMES = [mutant.name for mutant in MUTANTS]


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is, without its environment."""
    folder = tmp_path_factory.mktemp("mutants")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ALONE:
        shutil.copy(ROOT / name, folder / name)
    return folder


def run(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run these tests in that copy, in the small tier."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FAULT_", "PYTEST_"))}
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout", str(PATIENCE), *tests]
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=10 * PATIENCE, check=False
    )


def test_there_are_about_twenty_mutants_with_names_of_their_own() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 20


@pytest.mark.parametrize("mutant", MUTANTS, ids=NAMES)
def test_the_text_that_a_mutant_breaks_is_still_there_once(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.old) == 1
    path, _, name = mutant.test.partition("::")
    assert re.search(rf"def {re.escape(name.partition('[')[0])}\(", (ROOT / path).read_text("utf-8"))


if FULL:

    @pytest.mark.timeout(1200)
    def test_the_tests_that_watch_for_mutants_pass_without_them(copy: Path) -> None:
        done = run(copy, *sorted({mutant.test for mutant in MUTANTS}))
        assert done.returncode == 0, done.stdout[-3000:]

    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("mutant", MUTANTS, ids=NAMES)
    def test_a_broken_build_turns_its_test_red(copy: Path, mutant: Mutant) -> None:
        broken = copy / mutant.file
        whole = broken.read_text("utf-8")
        broken.write_text(whole.replace(mutant.old, mutant.new), "utf-8")
        try:
            done = run(copy, mutant.test)
        finally:
            broken.write_text(whole, "utf-8")
        assert done.returncode == 1, done.stdout[-3000:]
        assert f"FAILED {mutant.test.partition('[')[0]}" in done.stdout
