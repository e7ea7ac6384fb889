"""The ledger: our own SQL database, the only truth. Every write goes through a unit of work."""

from integrations.ledger.engine import Ledger, current_ledger
from integrations.ledger.foreign_keys import check_at_commit
from integrations.ledger.unit_of_work import SYSTEM, Actor, UnitOfWork

check_at_commit()

__all__ = ["SYSTEM", "Actor", "Ledger", "UnitOfWork", "current_ledger"]
