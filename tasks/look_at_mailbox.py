"""Look whether the mailbox of what comes back can be read and emptied; otherwise somebody hears of it."""

from datetime import datetime
from pathlib import Path

from sqlmodel import select

from integrations.drop_folder import emptiable
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import DroppedFile, FileTrouble
from tasks.note_files import MAILBOX, file_gone, file_key, note_file
from tasks.tell_of_files import tell_of_files

PARTS = ("new", "cur")


def look_at_mailbox(ledger: Ledger, maildir: Path, now: datetime) -> None:
    """Within the process that empties it: another may be allowed what this one is not."""
    shut = not all(emptiable(maildir / part) for part in PARTS)
    key = file_key(FileTrouble.CLOSED, MAILBOX, maildir)
    with ledger.reading() as session:
        row = session.exec(select(DroppedFile).where(DroppedFile.key == key)).first()
    if shut != (row is not None and row.gone_at is None):
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            if shut:
                note_file(work, key, FileTrouble.CLOSED, MAILBOX, [], now)
            else:
                file_gone(work, key)
    if shut:
        tell_of_files(ledger, now)
