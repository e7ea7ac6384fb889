"""The longest tests start first, so that two workers end together."""

import pytest

FIRST = ("tests/faults/test_prefect", "tests/test_region_year.py", "tests/flows/", "tests/browser/", "tests/faults/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stable: within a place the order stays."""
    items.sort(key=lambda item: next((n for n, place in enumerate(FIRST) if item.nodeid.startswith(place)), len(FIRST)))
