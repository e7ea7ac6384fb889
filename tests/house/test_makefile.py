"""`make` is the front door: it tells its verbs, and refuses a Python that is too old with a sentence."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT

VERBS = ("demo", "test", "check", "faults", "partners", "bench", "lock", "clean")


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-C", str(folder), *words], capture_output=True, text=True, timeout=300, check=False)


def test_make_alone_lists_every_verb_with_one_line_each() -> None:
    done = make(ROOT, "--no-print-directory")
    listed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("make ")]
    assert done.returncode == 0
    assert set(listed) == {"help", *VERBS}
    assert len(listed) == len(done.stdout.splitlines())


@pytest.fixture
def bare_copy(tmp_path: Path) -> Path:
    """A checkout with only what the set-up reads, and a Python that says it is 3.10."""
    for name in ("Makefile", "pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\nexec python3 -c "import sys; sys.version_info = (3, 10, 0); exec(sys.argv[1])" "$2"\n')
    old.chmod(0o755)
    return tmp_path


def test_an_older_python_is_refused_with_a_clear_sentence(bare_copy: Path) -> None:
    done = make(bare_copy, "test", "PYTHON=./python-old")
    assert done.returncode != 0
    assert "heeft Python 3.11 tot en met 3.14 nodig, dit is 3.10" in done.stderr
    assert not (bare_copy / ".venv").exists()


@pytest.mark.parametrize(("verb", "folder"), [("faults", "tests/faults"), ("bench", "benchmarks")])
def test_a_verb_without_anything_to_run_says_so_and_fails(bare_copy: Path, verb: str, folder: str) -> None:
    ready = bare_copy / ".venv" / ".ready"
    ready.parent.mkdir()
    ready.touch()
    done = make(bare_copy, verb)
    assert done.returncode != 0
    assert folder in done.stderr
