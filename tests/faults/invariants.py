"""I1-I9: what must be true of a ledger and of the mail that left it, once the system is quiet.

`check(ledger, mails, now)` raises with every broken invariant by its number. The witnesses are the ledger, read anew,
and the mails that a mail server wrote down itself; nothing that the system says of itself is taken as evidence.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, select

from integrations.ledger import Ledger
from integrations.ledger.tables import Audit, MessageState
from tests.faults.rules_of_mail import copies, right_people
from tests.faults.rules_of_rows import along_arrows, database_whole, not_too_late_nor_early, trail_whole
from tests.faults.witness import Found, Mail, Witness

__all__ = ["Mail", "broken", "changed_by", "check", "dump"]

ENDED = frozenset({MessageState.SENT, MessageState.SKIPPED, MessageState.CANCELLED, MessageState.FAILED})


def check(
    ledger: Ledger,
    mails: Iterable[Mail],
    now: datetime,
    *,
    again: Callable[[], object] | None = None,
    settled: bool = True,
) -> None:
    """Raise AssertionError with every broken invariant. A sweep at `now` must have been completed.

    `again`: sweeps and delivers once more at `now`; done twice, it must change no row (I9). `settled` False: mail may
    still be waiting to be sent.
    """
    found = broken(ledger, mails, now, settled=settled)
    found += changed_by(ledger, again) if again else []
    assert not found, "\n".join(found)


def broken(ledger: Ledger, mails: Iterable[Mail], now: datetime, *, settled: bool = True) -> list[str]:
    """Every broken invariant but I9, a line each: its number, what, and the number of the row."""
    with ledger.reading() as session:
        seen = Witness(session, list(mails), now, settled)
        rules = (nothing_lost, decided_once, copies, right_people, not_too_late_nor_early, along_arrows, trail_whole)
        found = [line for rule in rules for line in rule(seen)]
    return found + list(database_whole(ledger))


def nothing_lost(seen: Witness) -> Found:
    """I1: what is owed has a row; in the end each row is sent, skipped, cancelled, or failed and shown."""
    rows = {(m.step_id, m.rung, m.ordinal, m.deadline_version, m.party) for m in seen.messages}
    any_party = {(m.step_id, m.rung, m.ordinal) for m in seen.messages}
    for owed in seen.owed.all():
        exact = (owed.step_id, owed.rung, owed.number, owed.version, owed.party)
        there = exact in rows if owed.party else (owed.step_id, owed.rung, owed.number) in any_party
        if not there:
            yield f"I1 lost: {owed}"
    shown = Counter(seen.session.exec(select(Audit.step_id).where(Audit.act == "bericht-mislukt")))
    for step_id, number in Counter(m.step_id for m in seen.messages if m.state == MessageState.FAILED).items():
        if shown[step_id] < number:
            yield f"I1 failed and not shown: {step_id}"
    for message in seen.messages if seen.settled else ():
        if message.state not in ENDED:
            yield f"I1 still {message.state}: message {message.id}"


def decided_once(seen: Witness) -> Found:
    """I2: one row for each step, party, rung, version and number."""
    keys = Counter((m.step_id, m.party, m.rung, m.deadline_version, m.ordinal) for m in seen.messages)
    yield from (f"I2 decided {number} times: {key}" for key, number in keys.items() if number > 1)


def changed_by(ledger: Ledger, again: Callable[[], object]) -> list[str]:
    """I9: a second and a third round change no row; that they ran is all they write down."""
    before = dump(ledger)
    found = []
    for number in ("second", "third"):
        again()
        after = dump(ledger)
        found += [f"I9 the {number} round changed {name}" for name in before if before[name] != after[name]]
    return found


def dump(ledger: Ledger, leave_out: frozenset[str] = frozenset({"sweep_run"})) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in the order of its key."""
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in leave_out]
    with ledger.reading() as session:
        read = session.connection().execute
        return {
            table.name: [tuple(row) for row in read(select_columns(table).order_by(*table.primary_key))]
            for table in tables
        }
