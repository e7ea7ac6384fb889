"""List cases for one reader: what is open, what is late, who holds sight. Codes only; the reading is logged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case as when
from sqlalchemy import select as columns
from sqlmodel import Session, SQLModel, and_, col, exists, func, or_, select

from domain.access import SHARED_WORK
from domain.case import CaseState
from domain.errors import InputRefusal
from domain.parties import LOCAL_ROLES, VT_ROLES, Professional, Role
from integrations.ledger import Ledger
from integrations.ledger.tables import Case, Municipality, OwnNumber, Step, StepState, Team
from tasks.log_reading import log_reading, reader

SEES_ALL = VT_ROLES | {Role.VT_MANAGER, Role.PROCESS_DIRECTOR}


@dataclass(frozen=True)
class Filter:
    """Which cases: `late` ones only; of a team (at Veilig Thuis or local), a municipality, a state; the one that the
    reader's own organisation knows by this number."""

    late: bool = False
    team: str = ""
    municipality: str = ""
    state: str = ""
    own_number: str = ""


@dataclass(frozen=True)
class CaseLine:
    """One case. `next_due` is the first due moment of its open steps."""

    reference: str
    state: str
    municipality: str
    team: str
    worker: str
    sight: str
    open_steps: int
    late_steps: int
    acute: bool
    next_due: datetime | None
    waiting_cause: str
    opened_at: datetime


@dataclass(frozen=True)
class CaseList:
    """A page of cases and how many there are in all."""

    cases: tuple[CaseLine, ...]
    total: int


def list_cases(
    ledger: Ledger, by: str, now: datetime, wanted: Filter, *, logged_at: datetime, limit: int = 50
) -> CaseList:
    """The newest cases that `by` may see, at most `limit`. `now` decides what is late.

    Raises KR-CODE-ONBEKEND, KR-ROL, or KR-KEUZE-ONGELDIG for a filter that does not exist.
    """
    person = reader(ledger, by)
    with ledger.reading() as session:
        conditions = [*_wanted(session, wanted, person, now), *_allowed(person)]
        total = session.exec(select(func.count()).select_from(Case).where(*conditions)).one()
        cases = session.exec(select(Case).where(*conditions).order_by(col(Case.id).desc()).limit(limit)).all()
        lines = _lines(session, list(cases), now)
    log_reading(ledger, person, logged_at, "zaken-geraadpleegd", cases=len(lines), total=total)
    return CaseList(lines, total)


def is_late_then(now: datetime) -> Any:
    """Open, and past its due moment or refused."""
    past = or_(col(Step.due_at) < now, col(Step.stalled_at).is_not(None))
    return and_(col(Step.state) == StepState.OPEN, past)


def _wanted(session: Session, wanted: Filter, person: Professional, now: datetime) -> list[Any]:
    conditions: list[Any] = []
    if wanted.late:
        conditions.append(col(Case.id).in_(select(Step.case_id).where(is_late_then(now))))
    if wanted.team:
        team = _known(session, Team, wanted.team, "team")
        conditions.append(or_(Case.team == team, Case.local_team == team))
    if wanted.municipality:
        conditions.append(Case.municipality == _known(session, Municipality, wanted.municipality, "gemeente"))
    if wanted.state:
        if wanted.state not in set(CaseState):
            raise InputRefusal("KR-KEUZE-ONGELDIG", field="toestand")
        conditions.append(Case.state == wanted.state)
    if wanted.own_number:
        named = select(OwnNumber.case_id).where(OwnNumber.organisation == person.organisation)
        conditions.append(col(Case.id).in_(named.where(OwnNumber.number == wanted.own_number.strip())))
    return conditions


def _known(session: Session, table: type[SQLModel], code: str, field: str) -> str:
    plain = code.strip().upper()
    if session.get(table, plain) is None:
        raise InputRefusal("KR-KEUZE-ONGELDIG", field=field)
    return plain


def _allowed(person: Professional) -> list[Any]:
    """The same rule as domain/access.py, as a query."""
    if person.has(*SEES_ALL):
        return []
    shared = exists().where(col(Step.case_id) == Case.id, col(Step.kind).in_(SHARED_WORK))
    ways: list[Any] = [col(Case.id).in_(select(Step.case_id).where(Step.owner == person.code))]
    ways.append(and_(col(Case.local_professional) == person.code, shared))
    if person.has(*LOCAL_ROLES):
        ways.append(and_(col(Case.local_team) == person.team, shared))
    if person.has(Role.MDA_COORDINATOR):
        ways.append(col(Case.id).in_(select(Step.case_id).where(Step.kind == "mda_consultation")))
    return [or_(*ways)]


def _lines(session: Session, cases: list[Case], now: datetime) -> tuple[CaseLine, ...]:
    late = func.sum(when((is_late_then(now), 1), else_=0))
    alarm = func.sum(when((col(Step.acute) & col(Step.acknowledged_at).is_(None), 1), else_=0))
    owner = col(Step.case_id)
    counted = columns(owner, func.count(), late, alarm, func.min(col(Step.due_at)))
    counted = counted.where(col(Step.state) == StepState.OPEN, owner.in_([case.id for case in cases]))
    rows = session.connection().execute(counted.group_by(owner))
    found = {case_id: (number, *rest) for case_id, number, *rest in rows}
    return tuple(_line(case, *found.get(case.id or 0, (0, 0, 0, None))) for case in cases)


def _line(case: Case, open_steps: int, late: int, alarm: int, due: datetime | None) -> CaseLine:
    return CaseLine(
        reference=case.reference,
        state=case.state,
        municipality=case.municipality,
        team=case.team,
        worker=case.worker,
        sight=case.sight,
        open_steps=open_steps,
        late_steps=late,
        acute=bool(alarm),
        next_due=due,
        waiting_cause=case.waiting_cause,
        opened_at=case.opened_at,
    )
