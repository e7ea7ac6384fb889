"""A small region with people to write to, a case with steps, and messages the sweep has planned."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from domain.messages import UNDELIVERED
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import (
    Bundle,
    Case,
    Delivery,
    Message,
    MessageState,
    Municipality,
    Organisation,
    ProfessionalRow,
    Step,
    StepState,
    Team,
)

NOW = datetime(2026, 4, 21, 8, 0, tzinfo=UTC)
DUE = datetime(2026, 4, 28, 21, 59, 59, tzinfo=UTC)  # the end of di 28-04-2026 in Amsterdam
REFERENCE = "K7Q3-H9FM-C"

PEOPLE: dict[str, tuple[str, list[str]]] = {
    "VT-101": ("VT-1", ["vt_worker"]),
    "VT-102": ("VT-1", ["vt_worker"]),
    "VT-201": ("VT-1", ["vt_team_lead"]),
    "LT-101": ("LT-1", ["local_professional"]),
    "LT-201": ("LT-1", ["local_team_lead"]),
    "PR-101": ("PR-1", ["process_director"]),
    "CM-101": ("PR-1", ["contract_manager"]),
}


def mail(code: str) -> str:
    """The work address of a code."""
    return f"mail:{code.lower()}@werk.example"


def region(session: Session) -> None:
    """Organisations, teams, people with one mail channel each, two municipalities and one case."""
    session.add_all(
        [
            Organisation(code="VT", kind="veilig_thuis", title="Veilig Thuis Kustland"),
            Organisation(code="LT-MEER", kind="local_team", title="Lokaal team Meerdorp"),
        ]
    )
    session.flush()
    titles = {"VT-1": "Team Noord", "LT-1": "Lokaal team Meerdorp", "PR-1": "Procesregie"}
    organisations = {"VT-1": "VT", "LT-1": "LT-MEER", "PR-1": "VT"}
    session.add_all(Team(code=code, title=title, organisation=organisations[code]) for code, title in titles.items())
    session.flush()
    session.add_all(
        ProfessionalRow(code=code, organisation=organisations[team], team=team, roles=roles, channels=[mail(code)])
        for code, (team, roles) in PEOPLE.items()
    )
    session.add_all(
        Municipality(code=code, title=title, team="VT-1", local_team="LT-1")
        for code, title in (("GM1", "Meerdorp"), ("GM2", "Duinstad"))
    )
    session.flush()
    add_case(session, 1, REFERENCE)


def add_case(session: Session, number: int, reference: str, municipality: str = "GM1") -> None:
    """One open case."""
    session.add(
        Case(
            id=number,
            reference=reference,
            household=f"H-{number}",
            state="received",
            concern="child",
            municipality=municipality,
            team="VT-1",
            local_team="LT-1",
            policy_version="1",
            opened_at=NOW,
        )
    )
    session.flush()


def add_step(session: Session, step_id: str, case_id: int = 1, **values: Any) -> Step:
    """One open step of the case, of its own kind."""
    given: dict[str, Any] = {
        "kind": f"kind_{step_id}",
        "state": StepState.OPEN,
        "due_at": DUE,
        "policy_version": "1",
    } | values
    step = Step(id=step_id, case_id=case_id, **given)
    session.add(step)
    session.flush()
    return step


def planned(step_id: str, party: str = "VT-101", rung: str = "NOTICE", **values: Any) -> Message:
    """A message as the sweep plans it."""
    given: dict[str, Any] = {
        "case_reference": REFERENCE,
        "label": "VB",
        "due_at": DUE,
        "planned_at": NOW,
        "deadline_version": 1,
    }
    acute = rung == "ACUTE"
    return Message(step_id=step_id, party=party, rung=rung, acute=acute, state=MessageState.PLANNED, **(given | values))


def plan(ledger: Ledger, *messages: Message, people: dict[str, dict[str, Any]] | None = None) -> None:
    """A region, an open step for every message, and the messages; `people` changes columns of professionals."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        region(work.session)
        for step_id in dict.fromkeys(message.step_id for message in messages):
            add_step(work.session, step_id)
        for code, values in (people or {}).items():
            row = work.session.get_one(ProfessionalRow, code)
            for name, value in values.items():
                setattr(row, name, value)
        work.session.add_all(messages)


def close_step(ledger: Ledger, step_id: str, **values: Any) -> None:
    """The step is done; or, with `values`, changed."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as work:
        step = work.session.get_one(Step, step_id)
        for name, value in (values or {"state": StepState.DONE}).items():
            setattr(step, name, value)


def messages(ledger: Ledger) -> Sequence[Message]:
    """Every message of the process, in the order it was planned."""
    with ledger.reading() as session:
        return session.exec(select(Message).where(Message.rung != UNDELIVERED).order_by(col(Message.id))).all()


def losses(ledger: Ledger) -> Sequence[Message]:
    """Every message about another that reached nobody."""
    with ledger.reading() as session:
        return session.exec(select(Message).where(Message.rung == UNDELIVERED).order_by(col(Message.id))).all()


def bundles(ledger: Ledger) -> Sequence[Bundle]:
    """Every bundle, in the order it was made."""
    with ledger.reading() as session:
        return session.exec(select(Bundle).order_by(col(Bundle.id))).all()


def deliveries(ledger: Ledger) -> Sequence[Delivery]:
    """Every delivery, in the order it was made."""
    with ledger.reading() as session:
        return session.exec(select(Delivery).order_by(col(Delivery.id))).all()


def later(**span: float) -> datetime:
    """NOW and so much later."""
    return NOW + timedelta(**span)
