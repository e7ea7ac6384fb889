"""Once a day: tell the systems that drop signals which cases to follow, by our reference only."""

from datetime import datetime

from domain.dutch import amount
from integrations.ledger import Ledger
from integrations.partners import partners
from integrations.signals.config import SignalFile
from integrations.signals.dropped import DroppedSignals
from tasks.daily_turns import Unfinished, told_of
from tasks.followed_cases import followed_cases


def tell_whom_to_follow(ledger: Ledger, now: datetime) -> str:
    """To each folder the open cases of its own municipalities.

    A folder that cannot be written in is said, and tried again the same day.
    """
    return told_of("te volgen", [_told(ledger, source) for source in partners().signal_files])


def _told(ledger: Ledger, source: SignalFile) -> str:
    with ledger.reading() as session:
        cases = frozenset(followed_cases(session, source.municipalities)[0])
    try:
        DroppedSignals(source.name, source.folder).follow(cases)
    except OSError:
        return Unfinished(f"{source.name} niet te schrijven")
    return f"{source.name} {amount(len(cases), 'zaak', 'zaken')}"
