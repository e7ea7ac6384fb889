"""The facts a ledger keeps about itself, in the `setting` table."""

from sqlmodel import Session

from integrations.ledger.tables import Setting
from integrations.ledger.unit_of_work import UnitOfWork


def get(session: Session, name: str) -> str | None:
    """The value of one setting, None if it was never put."""
    row = session.get(Setting, name)
    return row.value if row else None


def put(uow: UnitOfWork, name: str, value: str) -> None:
    """Set one setting, new or not."""
    uow.session.merge(Setting(name=name, value=value))
