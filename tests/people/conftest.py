"""A region with a case in it, and a ledger whose time stands still unless the test moves it."""

import pytest

from integrations.ledger import SYSTEM, Ledger, settings_table
from tests.chain import Chain
from tests.messages.rows import NOW
from tests.region import with_region


@pytest.fixture
def still(ledger: Ledger) -> Ledger:
    """An empty ledger with a virtual clock."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    return ledger


@pytest.fixture
def chain(still: Ledger) -> Chain:
    """The region Kustland, to drive."""
    return Chain(with_region(still))
