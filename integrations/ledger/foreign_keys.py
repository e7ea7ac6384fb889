"""Foreign keys are checked when a unit of work commits, on both databases.

SQLAlchemy orders inserts by relationships, which the tables do not have, so a step may reach the
database before its case. Half a unit of work is never seen, so the end is soon enough to check.
"""

from sqlmodel import SQLModel

import integrations.ledger.partner_tables  # noqa: F401 - fills the metadata


def check_at_commit() -> None:
    """Mark every foreign key of the ledger DEFERRABLE INITIALLY DEFERRED."""
    for table in SQLModel.metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            constraint.deferrable = True
            constraint.initially = "DEFERRED"
