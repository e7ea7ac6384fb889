"""The fault programme as a whole: what it must have met at some time, and the kills of all its stories together.

A full run over the whole of tests/faults (FAULT_TIER=full) that never met one of `tests.faults.sometimes`, or that
killed less often than FLOORS, fails. What is measured alone (`-m alone`) runs apart and is no part of either.
"""

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.faults import sometimes

RUN = "PYTEST_XDIST_TESTRUNUID"
ADDED = ("scenarios", "kills", "recoveries", "acknowledgements", "lost", "unsaid", "second_copies", "doubts")
FLOORS = {"1": 2500, "2": 1000}
"""So many scenarios with one kill and with two must a full run have had."""

WHOLE = ("", "not alone")
"""The marks that leave the programme whole."""


def pytest_configure(config: pytest.Config) -> None:
    """One name for this run, known to its workers before they start; nothing was met yet."""
    if hasattr(config, "workerinput"):
        return
    name = getattr(config.option, "testrunuid", None) or uuid4().hex
    config.option.testrunuid = name
    os.environ[RUN] = name
    shutil.rmtree(sometimes.folder(), ignore_errors=True)


def _whole(config: pytest.Config) -> bool:
    """The whole programme was asked for, not a part of it."""
    root = config.rootpath
    asked = {(Path(config.invocation_params.dir) / argument).resolve() for argument in config.args}
    option = config.option
    narrowed = option.keyword or option.markexpr not in WHOLE or getattr(option, "lf", False) or option.collectonly
    whole = bool(asked & {root / "tests", root / "tests/faults"})
    return os.environ.get("FAULT_TIER") == "full" and whole and not narrowed


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Too little was proven when something never happened."""
    if hasattr(session.config, "workerinput") or not _whole(session.config):
        return
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if sometimes.never_met(sometimes.folder()) or too_few(_drills(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What never happened, and one line of JSON for docs/promises.md."""
    config = terminalreporter.config
    if hasattr(config, "workerinput"):  # a worker has a summary of its own, and ends before the run
        return
    if _whole(config) and (never := sometimes.never_met(sometimes.folder())):
        terminalreporter.write_line(f"never met in the whole programme: {', '.join(sorted(never))}", red=True)
    drills = _drills(terminalreporter)
    if _whole(config) and (few := too_few(drills)):
        terminalreporter.write_line(f"too few scenarios with so many kills: {few}", red=True)
    if drills:
        terminalreporter.write_line(json.dumps({"T1": together(drills)}))
    shutil.rmtree(sometimes.folder(), ignore_errors=True)


def _drills(reporter: Any) -> list[dict[str, Any]]:
    passed = reporter.stats.get("passed", [])
    return [json.loads(text) for report in passed for name, text in report.user_properties if name == "drill"]


def too_few(drills: list[dict[str, Any]]) -> dict[str, int]:
    """How many scenarios there were of each number of kills that stayed below its floor."""
    found = together(drills)["scenarios_by_kills"]
    return {kills: found.get(kills, 0) for kills, floor in FLOORS.items() if found.get(kills, 0) < floor}


def together(drills: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of all stories: sums, and of the copies the worst by number of kills."""
    found: dict[str, Any] = {name: sum(drill[name] for drill in drills) for name in ADDED}
    scenarios, twice, worst = Counter[str](), Counter[str](), dict[str, int]()
    for drill in drills:
        scenarios.update(drill["by_kills"])
        twice.update(drill["twice"])
        worst |= {kills: max(most, worst.get(kills, 0)) for kills, most in drill["copies"].items()}
    points = {(drill["story"], drill["points"]) for drill in drills}
    tried = {"points": sum(number for _, number in points), "scenarios_by_kills": dict(scenarios)}
    return found | tried | {"worst_copies_by_kills": worst, "points_with_a_second_copy": dict(twice)}
