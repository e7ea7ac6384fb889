"""Once a day: tell the systems that drop signals which cases to follow, by our reference only."""

from datetime import datetime

from sqlmodel import col, select

from domain.case import CaseState
from domain.dutch import amount
from integrations.ledger import Ledger
from integrations.ledger.tables import Case
from integrations.partners import partners
from integrations.signals.config import SignalFile
from integrations.signals.dropped import DroppedSignals
from tasks.daily_turns import Unfinished, told_of


def tell_whom_to_follow(ledger: Ledger, now: datetime) -> str:
    """To each folder the open cases of its own municipalities.

    A folder that cannot be written in is said, and tried again the same day.
    """
    return told_of("te volgen", [_told(ledger, source) for source in partners().signal_files])


def _told(ledger: Ledger, source: SignalFile) -> str:
    open_ = (Case.state != CaseState.CLOSED, col(Case.municipality).in_(source.municipalities))
    with ledger.reading() as session:
        cases = frozenset(session.exec(select(Case.reference).where(*open_)))
    try:
        DroppedSignals(source.name, source.folder).follow(cases)
    except OSError:
        return Unfinished(f"{source.name} niet te schrijven")
    return f"{source.name} {amount(len(cases), 'zaak', 'zaken')}"
