"""What shares a costly start goes to one worker, and the longest goes first, so that the workers end together.

xdist can group by marks, but its marks are lost on pytest 9.2: it writes them into a name that nobody reads any more.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.faults.tier import FULL

TOGETHER = ("tests/flows/", "tests/browser/", "tests/faults/test_prefect.py", "tests/house/test_packaging.py")
"""Places with a server, a browser or an installation of their own, started once."""

FIRST = (
    "tests/faults/test_prefect.py",
    "tests/test_region_year.py",
    "tests/faults/test_mail.py",
    "tests/flows/",
    "tests/faults/test_kill.py",
    "tests/browser/",
    "tests/faults/test_model.py",
    "tests/faults/test_at_once.py",
    "tests/faults/test_leaks",
    "tests/faults/test_clock.py",
    "tests/faults/",
)
"""Longest first; what is not here keeps its order. The first makes the tables of Prefect for the third."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stable: within a place the order stays."""
    items.sort(key=lambda item: next((n for n, place in enumerate(FIRST) if item.nodeid.startswith(place)), len(FIRST)))


def unit(nodeid: str) -> str:
    """What goes to one worker with this test: its place, or its file; in the full programme a long test goes alone."""
    file = nodeid.partition("::")[0]
    return next((place for place in TOGETHER if file.startswith(place)), nodeid if FULL else file)


class ByPlace(LoadScopeScheduling):  # type: ignore[misc]
    """xdist's own scheduling, by our units and in our order."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """For `--dist loadscope`, as `make test` runs it."""
    if config.getvalue("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False
    return ByPlace(config, log)
