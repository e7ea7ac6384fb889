"""Tell the duty desk of dropped files that a person must look at; after a lost mail somebody further, as always.

These mails are about no step, so no message of the ladder stands behind them; they are sent and tried as all others.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from domain.delivery import letter_reference
from domain.file_notice import AT_MOST_EVERY, file_notice
from domain.messages import Rendered, repeated
from domain.parties import Role
from domain.recipients import recipient
from domain.undelivered import FURTHER, told_instead
from integrations.drop_folder import CODE
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.contacts import AddressBook, address_book
from integrations.ledger.partner_tables import DroppedFile
from integrations.ledger.people import roster
from integrations.ledger.restored import epoch, maybe_sent_before
from integrations.ledger.tables import Bundle, Delivery, DeliveryState
from tasks.compose_messages import body_hash
from tasks.note_files import troubles_now, troubles_of


def tell_of_files(ledger: Ledger, now: datetime) -> int:
    """One mail a source, of all that is new there; how many mails."""
    with ledger.reading() as session:
        if not (_untold(session, now) or _lost(session)):
            return 0
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        for row, party in _lost(work.session):
            row.lost = ";".join(filter(None, (row.lost, party)))
            row.bundle_id = row.told_at = None
        return sum(_told(work, rows) for rows in _by_source(_untold(work.session, now)))


def _untold(session: Session, now: datetime) -> list[DroppedFile]:
    """What nobody was told of yet; of one source not more often than once an hour, but for what was lost."""
    ripe = troubles_now(session, now)
    told_at = col(DroppedFile.told_at)
    recent = select(DroppedFile.source).where(told_at > now - AT_MOST_EVERY, told_at <= now)
    quiet = set(session.exec(recent.distinct()))
    return [row for row in ripe if row.told_at is None and (row.lost or row.source not in quiet)]


def _by_source(rows: Sequence[DroppedFile]) -> list[list[DroppedFile]]:
    found: dict[tuple[str, str], list[DroppedFile]] = defaultdict(list)
    for row in rows:
        found[row.source, row.lost].append(row)
    return list(found.values())


def _lost(session: Session) -> list[tuple[DroppedFile, str]]:
    """What a mail told that surely reached nobody, and to whom that mail went."""
    rows = [row for row in troubles_now(session) if row.bundle_id is not None]
    query = select(Bundle.id, Bundle.party, Delivery.state).join(Delivery, col(Delivery.bundle_id) == Bundle.id)
    states: dict[int | None, set[str]] = defaultdict(set)
    parties: dict[int | None, str] = {}
    for number, party, state in session.exec(query.where(col(Bundle.id).in_({row.bundle_id for row in rows}))):
        states[number].add(state)
        parties[number] = party
    return [(row, parties[row.bundle_id]) for row in rows if states[row.bundle_id] == {DeliveryState.PERMANENT}]


def _told(work: UnitOfWork, rows: Sequence[DroppedFile]) -> bool:
    """One mail about these, which are of one source. Where nobody is left the trail says so, and the status does."""
    for row in rows:
        row.told_at = work.now
    book = address_book(work.session, work.now)
    code = _recipient(work, rows[0].lost, book)
    source = rows[0].source
    if code is None:
        work.audit("niemand-bereikbaar", ground="beheer", bron=source, bestanden=len(rows))
        return False
    bundle = _mail(work, rows, code, book)
    for row in rows:
        row.bundle_id = bundle.id
    work.audit("bestanden-gemeld", ground="beheer", bron=source, bestanden=len(rows), partij=code)
    return True


def _recipient(work: UnitOfWork, lost: str, book: AddressBook) -> str | None:
    """The duty desk, without one a team lead of Veilig Thuis; after a loss whoever hears of any lost message."""
    if lost:
        left_out = lost.split(";")
        return told_instead(left_out[0], set(left_out), book.contacts) if len(left_out) <= FURTHER else None
    who = roster(work.session, work.now)
    found = (*who.present(who.desk()), *who.present(who.holding(Role.VT_TEAM_LEAD)))
    return recipient(next(iter(found), ""), book.contacts)


def _mail(work: UnitOfWork, rows: Sequence[DroppedFile], code: str, book: AddressBook) -> Bundle:
    bundle = Bundle(reference="", party=code, acute=False, made_at=work.now, subject="", body="", body_hash="")
    bundle.any_hour = code in book.awake
    work.session.add(bundle)
    work.session.flush()
    bundle.reference = letter_reference(bundle.id or 0, epoch(work.session))
    doubt = any(maybe_sent_before(work.session, row.since) for row in rows)
    text = _text(rows, bundle.reference, book.titles.get(code, ""))
    text = repeated(text) if doubt else text
    bundle.subject, bundle.body, bundle.body_hash = text.subject, text.body, body_hash(text)
    state, due = DeliveryState.PLANNED, work.now
    work.session.add_all(
        Delivery(bundle_id=bundle.id or 0, channel=number, state=state, next_try_at=due, indefinite=int(doubt))
        for number in range(book.contacts[code].channels)
    )
    return bundle


def _text(rows: Sequence[DroppedFile], reference: str, title: str) -> Rendered:
    codes = {code for row in rows for code in CODE.findall(row.codes)}
    where = {"bundle_reference": reference, "sent_to_title": title}
    return file_notice(rows[0].source, troubles_of(rows), codes, **where)
