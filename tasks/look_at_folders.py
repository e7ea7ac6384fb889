"""Look what lies in the folders of partners after the rounds that read them, and let somebody know of what stays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from sqlmodel import Session

from domain.dutch import amount
from domain.errors import KetenregieError
from domain.parties import VT_ROLES
from integrations.drop_folder import MOST_AT_ONCE, Mark, codes_beside, emptiable, refused, waiting
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.partner_tables import FileTrouble
from integrations.ledger.people import who
from integrations.partner_folders import DropFolder, drop_folders
from integrations.partners import partners
from tasks.note_files import MAILBOX, file_gone, file_key, note_file, troubles_now
from tasks.tell_of_files import tell_of_files


@dataclass(frozen=True)
class Seen:
    """A file, or a folder, that somebody may have to look at."""

    state: FileTrouble
    source: str
    codes: tuple[str, ...]
    since: datetime


def look_at_folders(ledger: Ledger, now: datetime) -> str:
    """What was told, in Dutch, or ''. A refused file is in the trail once, and told once, as long as it lies there."""
    folders = drop_folders(partners())
    with ledger.reading() as session:
        known = {row.key: row.source for row in troubles_now(session) if row.source != MAILBOX}
        seen = {key: found for folder in folders for key, found in _seen(session, folder, known, now).items()}
    shut = {folder.source for folder in folders if not emptiable(folder.path)}
    new = {key: found for key, found in seen.items() if key not in known}
    gone = [key for key, source in known.items() if key not in seen and source not in shut]
    if new or gone:
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            _written(work, new, gone)
    told = tell_of_files(ledger, now)
    return f"mappen van partners: {amount(told, 'bericht', 'berichten')} over bestanden" if told else ""


def _seen(session: Session, folder: DropFolder, known: Collection[str], now: datetime) -> dict[str, Seen]:
    """By key. A file that waits may be one that was read before."""
    seen: dict[str, Seen] = {}
    source, path = folder.source, folder.path

    def note(state: FileTrouble, mark: Mark, codes: tuple[str, ...]) -> None:
        since = min(now, datetime.fromtimestamp(mark[1] / 1e9, UTC)) if state == FileTrouble.REFUSED else now
        seen[file_key(state, source, path, mark)] = Seen(state, source, codes, since)

    if not emptiable(path):
        note(FileTrouble.CLOSED, (0, 0, 0), ())
    for file in refused(path):
        new = file_key(FileTrouble.REFUSED, source, path, file.mark) not in known
        note(FileTrouble.REFUSED, file.mark, codes_beside(file) if new else ())
    lying = waiting(path, folder.suffixes, folder.quiet)
    stuck = {file.mark: file_key(FileTrouble.STUCK, source, path, file.mark) for file in lying}
    for mark, key in stuck.items():
        if key in known:
            note(FileTrouble.STUCK, mark, ())
    unread = (mark for mark, key in stuck.items() if key not in known)
    for mark in islice(unread, MOST_AT_ONCE):
        note(FileTrouble.WAITING, mark, _why(session, folder))
    return seen


def _why(session: Session, folder: DropFolder) -> tuple[str, ...]:
    """The code with which whoever reads these files is refused, where that is why they wait."""
    if not folder.read_as:
        return ()
    try:
        return () if who(session, folder.read_as).has(*VT_ROLES) else ("KR-ROL",)
    except KetenregieError as error:
        return (error.code,)


def _written(work: UnitOfWork, new: Mapping[str, Seen], gone: Collection[str]) -> None:
    for key, found in new.items():
        noted = note_file(work, key, found.state, found.source, list(found.codes), found.since)
        if noted and found.state == FileTrouble.REFUSED:
            work.audit("bestand-geweigerd", ground="beheer", bron=found.source, codes=" ".join(found.codes))
    for key in gone:
        file_gone(work, key)
