"""What of dropped files a person must look at, for the status and the doctor."""

from collections import defaultdict
from datetime import datetime

from sqlmodel import Session

from integrations.ledger.partner_tables import DroppedFile
from integrations.settings import settings
from tasks.note_files import MAILBOX, troubles_now, troubles_of


def file_problems(session: Session, now: datetime) -> list[str]:
    """A Dutch sentence a source, as the last round saw it; none of what is not set any more."""
    by_source: dict[str, list[DroppedFile]] = defaultdict(list)
    for row in troubles_now(session, now):
        if (settings().bounces if row.source == MAILBOX else settings().partners) is not None:
            by_source[row.source].append(row)
    return [f"{source}: {'; '.join(troubles_of(rows).sentences())}" for source, rows in sorted(by_source.items())]
