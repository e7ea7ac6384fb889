"""With KETENREGIE_NO_SKIP=1 a skipped test is a failed one: on CI everything that a test needs is there."""

import os
from collections.abc import Generator

import pytest


def _fail_a_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("KETENREGIE_NO_SKIP") == "1":
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason} (not allowed: KETENREGIE_NO_SKIP=1)"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips, by a mark or by itself."""
    report = yield
    _fail_a_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that skips while it is read."""
    report = yield
    _fail_a_skip(report)
    return report
