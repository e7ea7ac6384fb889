"""Make a ledger, or bring one up to date: tables, the kind of clock, and the region."""

from datetime import datetime

from integrations.ledger import Ledger
from integrations.region_file import Region
from tasks.ledger_clock import set_clock
from tasks.load_region import load_region


def make_ledger(ledger: Ledger, region: Region, now: datetime, virtual: bool = False) -> None:
    """Upgrade, set the clock of a new ledger and load the region. Safe to repeat.

    `virtual` is for trial and tests: that ledger takes its time from --now. Raises StateRefusal KR-KLOK-SOORT when the
    ledger is there already with a real clock, KR-KLOK-TERUG when a virtual one is past `now`.
    """
    ledger.upgrade()
    set_clock(ledger, now, virtual=virtual)
    load_region(ledger, region, now)
