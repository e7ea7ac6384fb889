"""The chain: a fresh ledger with the region Kustland, and no case yet."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.ledger import Ledger
from tests.chain import Chain
from tests.region import with_region


@pytest.fixture(scope="session")
def region_template(ledger_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the region in it, made once."""
    path = tmp_path_factory.mktemp("region") / "ledger.sqlite"
    with_region(Ledger(f"sqlite:///{shutil.copy(ledger_template, path)}")).dispose()
    return path


@pytest.fixture(scope="session")
def one_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger object for every test: it compiles each statement once, the file under it is changed."""
    made = Ledger(f"sqlite:///{tmp_path_factory.mktemp('steps') / 'ledger.sqlite'}")
    yield made
    made.dispose()


@pytest.fixture
def ledger(one_ledger: Ledger, region_template: Path) -> Iterator[Ledger]:
    """A fresh ledger with the region in it."""
    path = Path(str(one_ledger.url.database))
    for left in path.parent.iterdir():
        left.unlink()
    shutil.copy(region_template, path)
    yield one_ledger
    one_ledger.dispose()


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    """A fresh region to drive."""
    return Chain(ledger)
