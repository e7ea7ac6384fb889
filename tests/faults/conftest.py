"""Every fault test runs as a drill, and says which seed it used."""

from collections.abc import Iterator

import pytest

from integrations.settings import settings
from tests.faults import tier

collect_ignore = [] if tier.FULL else ["test_leaks_prefect.py"]  # forty seconds; the full programme has it


def pytest_report_header() -> str:
    """The seed all chance comes from."""
    return f"FAULT_SEED={tier.SEED} FAULT_TIER={'full' if tier.FULL else 'small'}"


@pytest.fixture(autouse=True)
def _drill(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("KETENREGIE_DRILL", "1")
    settings.cache_clear()
    yield
    settings.cache_clear()
