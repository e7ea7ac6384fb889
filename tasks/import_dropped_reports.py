"""Import the files of reports that reporters' systems dropped in their folders: each whole or not at all."""

from collections import Counter
from datetime import datetime

from domain.errors import KetenregieError, OutsideFailure, RoleRefusal, UnknownRefusal, WrongUse
from integrations.drop_folder import REFUSED_FILES, WaitingFile, in_figures
from integrations.ledger import Ledger
from integrations.partners import partners
from integrations.report_files import FORMATS
from tasks.import_reports import Imported, import_reports
from tasks.put_away_files import files_to_read, put_away_or_note

NEW, KNOWN, WAITS = "nieuw", "al bekend", "wacht:"


def import_dropped_reports(ledger: Ledger, now: datetime) -> str:
    """Every file that waits; what was done, in Dutch, or ''. A file holds reports of its own source only, and says
    nothing of who accepted them: that is for Veilig Thuis. One that cannot be put away is not read twice."""
    counts: Counter[str] = Counter()
    for system in partners().reporters:
        if system.folder is not None and system.imports_as is not None:
            for file in files_to_read(ledger, system.source, system.folder, FORMATS, system.quiet):
                counts.update(_taken(ledger, file, system.imports_as, system.source, now))
    told = in_figures(counts)
    return f"meldingen uit mappen: {told}" if told else ""


def _taken(ledger: Ledger, file: WaitingFile, by: str, source: str, now: datetime) -> Counter[str]:
    refused, done = [], Imported()
    try:
        done = import_reports(ledger, file.path, by, now, only_from=source)
        refused = [f"{row.line} {row.code} {row.field}".rstrip() for row in done.refused]
    except OutsideFailure:
        raise  # the ledger does not answer: the file waits
    except (RoleRefusal, UnknownRefusal, WrongUse) as error:  # of our own set-up, not of the file
        return Counter({f"{WAITS} {error.code}": 1})
    except KetenregieError as error:
        refused = [f"{error.places.get('line', 0)} {error.code}"]
    counts = Counter({NEW: done.reports, KNOWN: done.known + done.already, REFUSED_FILES: int(bool(refused))})
    return +counts + put_away_or_note(ledger, source, file, refused, now)
