"""What a ledger knows of having been restored from a copy: how often, and until when it may repeat itself.

Three signs tell that it was: the stamp that a copy carries, a PostgreSQL database that is not the one it lived in,
and the mark of how far it had come on this machine. No sign for: a machine put back as a whole, mark and all.
"""

from datetime import datetime

from sqlmodel import Session

from integrations.ledger import high_water
from integrations.ledger.engine import Ledger
from integrations.ledger.high_water import TIMES, Mark
from integrations.ledger.settings_table import get, put
from integrations.ledger.tables import Setting
from integrations.ledger.unit_of_work import UnitOfWork

EPOCH, UNTIL, CAUSE = TIMES, "restored_until", "restored_cause"
COPIED, LIVES_IN = "copied_at", "lives_in"
STAMPED, MOVED, OLDER, BY_HAND = "reservekopie", "andere-database", "ouder", "opdracht"

_HERE = (
    "SELECT pg_control_system.system_identifier || ':' || pg_database.oid FROM pg_control_system(), pg_database "
    "WHERE datname = current_database()"
)


def epoch(session: Session) -> int:
    """How often this ledger was restored; 0 for one that never was."""
    return int(get(session, EPOCH) or 0)


def maybe_sent_before(session: Session, owed_at: datetime | None) -> bool:
    """True when what was owed at this moment may have been sent by the ledger this one is an older copy of."""
    if UNTIL not in session.info:  # read once a session: this is asked of every message
        session.info[UNTIL] = get(session, UNTIL)
    until = session.info[UNTIL]
    return until is not None and owed_at is not None and owed_at <= datetime.fromisoformat(until)


def sign_of_restore(session: Session, ledger: Ledger) -> str:
    """Why this ledger must be taken for a restored one that was not settled yet: a code, '' when there is no reason."""
    if get(session, COPIED):
        return STAMPED
    home = get(session, LIVES_IN)
    if home and home != lives_in(session):
        return MOVED
    return OLDER if high_water.went_back(session, high_water.read(ledger.url)) else ""


def lives_in(session: Session) -> str:
    """Which PostgreSQL database this is: a dump put into another one has another answer. '' on SQLite."""
    if session.get_bind().dialect.name != "postgresql":
        return ""
    return str(session.connection().exec_driver_sql(_HERE).scalar())


def settle_home(uow: UnitOfWork) -> None:
    """Write where this ledger lives, if that can be told."""
    if here := lives_in(uow.session):
        put(uow, LIVES_IN, here)


def restored(uow: UnitOfWork, cause: str = BY_HAND, mark: Mark | None = None) -> int:
    """Write that this ledger was put back at this moment: what was owed until now may have been sent already.

    Returns how often that happened by now. `mark`: so that a copy put back twice counts on, and does not give its
    references twice.
    """
    times = max(epoch(uow.session), mark.times if mark else 0) + 1
    put(uow, EPOCH, str(times))
    put(uow, UNTIL, uow.now.isoformat())
    uow.session.info.pop(UNTIL, None)
    put(uow, CAUSE, cause)
    settle_home(uow)
    if stamp := uow.session.get(Setting, COPIED):
        uow.session.delete(stamp)
    return times
