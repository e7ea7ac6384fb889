"""Every fault test runs as a drill, and says which seed it used."""

from collections.abc import Iterator

import pytest

from integrations.settings import settings


@pytest.fixture(autouse=True)
def _drill(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("KETENREGIE_DRILL", "1")
    settings.cache_clear()
    yield
    settings.cache_clear()
