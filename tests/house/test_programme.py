"""What the whole fault programme met is known at its end, whichever worker met it."""

import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT

MEETS = """
from tests.faults.sometimes import saw

def test_something_is_met() -> None:
    saw("skipped-rung")
"""
LOOKS = """
import pytest
from tests.faults.sometimes import folder, never_met

@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    if not hasattr(terminalreporter.config, "workerinput"):
        terminalreporter.write_line(f"left: {sorted(never_met(folder()))}")
"""


def test_the_notes_of_a_worker_outlast_it(tmp_path: Path) -> None:
    (tmp_path / "test_meets.py").write_text(MEETS)
    (tmp_path / "conftest.py").write_text(LOOKS)
    options = ["-p", "tests.plugins.programme", "-p", "no:cacheprovider", "-c", str(tmp_path / "none.ini"), "-n", "1"]
    (tmp_path / "none.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    [line] = [line for line in done.stdout.splitlines() if line.startswith("left: ")]
    assert "skipped-rung" not in line
    assert "clock-back" in line
