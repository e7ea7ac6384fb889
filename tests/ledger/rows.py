"""Rows and small acts the ledger's tests share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlmodel import Session

from domain.case import CaseState
from integrations.ledger import UnitOfWork
from integrations.ledger.migrations.guards import GUARDS
from integrations.ledger.tables import Case, Municipality, Organisation, Step, StepState, Team

NOW = datetime(2026, 4, 20, 9, 30, 15, 123456, tzinfo=UTC)
THREADS = 8


def add_step(uow: UnitOfWork, step_id: str = "s-1") -> Step:
    """A region, a case in it and one open step, due in five days."""
    session = uow.session
    session.add(Organisation(code="VT", kind="veilig_thuis", title="Veilig Thuis"))
    session.add(Team(code="VT-1", title="Team 1", organisation="VT"))
    session.add(Municipality(code="GM1", title="Gemeente 1", team="VT-1", local_team="VT-1"))
    session.add(
        Case(
            id=1,
            reference="K-1",
            household="H-1",
            state=CaseState.RECEIVED,
            concern="veiligheid",
            municipality="GM1",
            team="VT-1",
            local_team="VT-1",
            policy_version="1",
            opened_at=uow.now,
        )
    )
    step = Step(
        id=step_id,
        case_id=1,
        kind="triage",
        state=StepState.OPEN,
        due_at=uow.now + timedelta(days=5),
        policy_version="1",
    )
    session.add(step)
    return step


def the_step(session: Session, step_id: str = "s-1") -> Step:
    """That step, as it is now."""
    step = session.get(Step, step_id)
    assert step is not None
    return step


def at_once(act: Callable[[int], object]) -> list[object]:
    """Do one act in THREADS threads at once; the results in order, the first exception raised."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(act, range(THREADS)))


def drop_guards(engine: Engine) -> None:
    """What someone with the database's password could do."""
    with engine.begin() as connection:
        for name, (before, _, _) in GUARDS.items():
            table = f" ON {before.split()[-1]}" if engine.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{table}"))
