"""The clock of a ledger: real for ever, or virtual for ever. A virtual one stands still and never goes back."""

from datetime import datetime

from sqlmodel import Session

from domain.errors import StateRefusal
from domain.terms import local_date
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.audit import head
from integrations.ledger.settings_table import get, put

REAL, VIRTUAL = "real", "virtual"


def is_virtual(ledger: Ledger) -> bool:
    """True for a ledger made with --virtual-clock."""
    with ledger.reading() as session:
        return get(session, "clock") == VIRTUAL


def ledger_now(ledger: Ledger, clock: datetime) -> datetime:
    """The moment it is in this ledger: its own last moment when its clock is virtual, else `clock`."""
    with ledger.reading() as session:
        return _last(session) or clock


def view_moment(ledger: Ledger, given: datetime | None, clock: datetime) -> datetime:
    """The moment a reading looks from: the one that was given, whatever the clock."""
    return given or ledger_now(ledger, clock)


def act_moment(ledger: Ledger, given: datetime | None, clock: datetime) -> datetime:
    """The moment of a change. A virtual ledger goes on to `given` and remembers it.

    Raises StateRefusal KR-KLOK-ECHT (a moment was given for a real clock) or KR-KLOK-TERUG.
    """
    if not is_virtual(ledger):
        if given is not None:
            raise StateRefusal("KR-KLOK-ECHT")
        return clock
    with ledger.unit_of_work(now=given or clock, actor=SYSTEM) as uow:
        moment = given or _last(uow.session) or clock
        set_last(uow, moment)
        return moment


def set_clock(ledger: Ledger, now: datetime, *, virtual: bool) -> None:
    """Give a new ledger its clock. Raises StateRefusal KR-KLOK-SOORT when it has a real one already."""
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        kind = get(uow.session, "clock") or (REAL if head(uow.session).seq else None)
        if virtual and kind == REAL:
            raise StateRefusal("KR-KLOK-SOORT")
        put(uow, "clock", kind or (VIRTUAL if virtual else REAL))
        if VIRTUAL in (kind, VIRTUAL if virtual else ""):
            set_last(uow, now)


def set_last(uow: UnitOfWork, moment: datetime) -> None:
    """Remember the moment of a virtual ledger. Raises StateRefusal KR-KLOK-TERUG."""
    local_date(moment)
    last = _last(uow.session)
    if last is not None and moment < last:
        raise StateRefusal("KR-KLOK-TERUG")
    put(uow, "last_now", moment.isoformat())


def _last(session: Session) -> datetime | None:
    """The last moment of a virtual ledger, None when its clock is real or has not begun."""
    text = get(session, "last_now")
    return datetime.fromisoformat(text) if text and get(session, "clock") == VIRTUAL else None
