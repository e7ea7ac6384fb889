"""Once a day: tell the systems that drop signals which cases to follow, by our reference only."""

from datetime import datetime

from sqlmodel import select

from domain.case import CaseState
from domain.dutch import amount
from integrations.ledger import Ledger
from integrations.ledger.tables import Case
from integrations.partners import partners
from integrations.signals.dropped import DroppedSignals
from tasks.daily_turns import Unfinished


def tell_whom_to_follow(ledger: Ledger, now: datetime) -> str:
    """Write the open cases to each folder; a folder that cannot be written in is said, and tried again the same day."""
    sources = partners().signal_files
    if not sources:
        return ""
    with ledger.reading() as session:
        cases = frozenset(session.exec(select(Case.reference).where(Case.state != CaseState.CLOSED)))
    failed = [source.name for source in sources if not _told(DroppedSignals(source.name, source.folder), cases)]
    told = f"te volgen: {amount(len(cases), 'zaak', 'zaken')}"
    return Unfinished(f"{told}, niet te schrijven: {', '.join(failed)}") if failed else told


def _told(source: DroppedSignals, cases: frozenset[str]) -> bool:
    try:
        source.follow(cases)
    except OSError:
        return False
    return True
