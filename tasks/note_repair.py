"""Note in the trail what a reconciliation repaired: a run that somebody ended by hand is worth a line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.ledger import SYSTEM, Ledger


def note_repair(ledger: Ledger, counts: Mapping[str, int], now: datetime) -> None:
    """One line with how often each kind of difference was repaired; none when nothing was."""
    if counts:
        with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            details: dict[str, Any] = dict(counts)
            uow.audit("prefect-hersteld", ground="beheer", **details)
