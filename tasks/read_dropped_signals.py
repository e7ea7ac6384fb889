"""Read the signals that other systems dropped in their folders: each file in one transaction, then it is put away."""

from collections import Counter
from datetime import datetime

from domain.terms import local_date
from integrations.drop_folder import REFUSED_FILES, in_figures
from integrations.ledger import SYSTEM, Ledger
from integrations.partners import partners
from integrations.signals.dropped import SUFFIXES, DroppedFile, DroppedSignals
from tasks.put_away_files import NO_CASE, files_to_read, put_away_or_note
from tasks.record_signal import UNKNOWN, record_signal


def read_dropped_signals(ledger: Ledger, now: datetime) -> str:
    """Every file that waits. A file with a wrong row is refused as a whole; of one with a case that is not ours the
    other rows count, and it is refused for that row."""
    counts: Counter[str] = Counter()
    for source in partners().signal_files:
        folder = DroppedSignals(source.name, source.folder)
        for file in files_to_read(ledger, source.name, source.folder, SUFFIXES, source.quiet):
            counts.update(_taken(ledger, source.name, folder.read(file, local_date(now)), now))
    told = in_figures(counts)
    return f"signalen: {told}" if told else ""


def _taken(ledger: Ledger, source: str, file: DroppedFile, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    refused = list(file.refused)
    if not refused:
        with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            said = [(line, record_signal(uow, sign, source)) for line, sign in file.signs]
        counts.update(word for _, word in said)
        refused = [f"{line} {NO_CASE}" for line, word in said if word == UNKNOWN]
    counts[REFUSED_FILES] += bool(refused)
    return +counts + put_away_or_note(ledger, source, file.file, refused, now)
