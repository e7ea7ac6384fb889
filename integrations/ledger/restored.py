"""What a ledger knows of having been restored from a copy: how often, and until when it may repeat itself."""

from datetime import datetime

from sqlmodel import Session

from integrations.ledger.settings_table import get, put
from integrations.ledger.unit_of_work import UnitOfWork

EPOCH, UNTIL = "restored_times", "restored_until"


def epoch(session: Session) -> int:
    """How often this ledger was restored; 0 for one that never was."""
    return int(get(session, EPOCH) or 0)


def maybe_sent_before(session: Session, owed_at: datetime | None) -> bool:
    """True when what was owed at this moment may have been sent by the ledger this one is an older copy of."""
    until = get(session, UNTIL)
    return until is not None and owed_at is not None and owed_at <= datetime.fromisoformat(until)


def restored(uow: UnitOfWork) -> None:
    """Write that this ledger was put back at this moment: what was owed until now may have been sent already."""
    put(uow, EPOCH, str(epoch(uow.session) + 1))
    put(uow, UNTIL, uow.now.isoformat())
