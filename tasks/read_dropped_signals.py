"""Read the signals that other systems dropped in their folders: each file in one transaction, then it is put away."""

from collections import Counter
from datetime import datetime

from domain.terms import local_date
from integrations.drop_folder import REFUSED_FILES, STUCK, in_figures, put_away
from integrations.ledger import SYSTEM, Ledger
from integrations.partners import partners
from integrations.signals.dropped import DroppedFile, DroppedSignals
from tasks.record_signal import RECORDED, record_signal


def read_dropped_signals(ledger: Ledger, now: datetime) -> str:
    """Every file that waits. A file with a wrong row is refused as a whole; one that cannot be put away comes again."""
    counts: Counter[str] = Counter()
    for source in partners().signal_files:
        for file in DroppedSignals(source.name, source.folder).files(local_date(now)):
            counts.update(_taken(ledger, source.name, file, now))
    told = in_figures(counts)
    return f"signalen: {told}" if told else ""


def _taken(ledger: Ledger, source: str, file: DroppedFile, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    refused = list(file.refused)
    if not refused:
        with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            said = [record_signal(uow, sign, source) for sign in file.signs]
        counts.update(said)
        counts[RECORDED] += 0
    try:
        put_away(file.file, refused)
    except OSError:
        counts[STUCK] += 1
    return counts + Counter({REFUSED_FILES: 1} if refused else {})
