"""A member joins the household: a baby, a step-child. Whoever was not heard reopens the gate before a hand-over."""

from datetime import datetime

from sqlmodel import select

from domain.case import CaseState, PersonRole
from domain.effects import Open
from domain.errors import RoleRefusal, StateRefusal
from domain.parties import LOCAL_ROLES, VT_ROLES
from domain.steps.safety_assessment import SUPPLEMENT
from integrations.ledger import Actor, Ledger
from integrations.ledger.case_view import case_view, find_case
from integrations.ledger.open_steps import Opener
from integrations.ledger.people import who
from integrations.ledger.tables import Person

MOST = 26


def add_person(
    ledger: Ledger, reference: str, role: PersonRole, birth_year: int | None, by: str, *, door: str, now: datetime
) -> str:
    """Add a member; returns the key. After the assessment a supplement opens, so that this member is heard too."""
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        person = who(uow.session, by)
        if not person.has(*VT_ROLES, *LOCAL_ROLES):
            raise RoleRefusal("KR-ROL", act="gezinslid toevoegen")
        case = find_case(uow.session, reference)
        if case.state == CaseState.CLOSED:
            raise StateRefusal("KR-ZAAK-GESLOTEN")
        uow.actor = Actor(person.code, sorted(person.roles)[0], door)
        taken = set(uow.session.exec(select(Person.key).where(Person.case_id == case.id)).all())
        key = next(chr(65 + n) for n in range(MOST) if chr(65 + n) not in taken)
        uow.session.add(Person(case_id=case.id or 0, key=key, role=role, birth_year=birth_year, joined_at=now))
        uow.audit("gezinslid-toegevoegd", ground="melding", case_reference=case.reference, key=key, role=role)
        uow.session.flush()
        view = case_view(uow.session, case)
        if not view.running("safety_assessment") and view.last_done("safety_assessment"):
            Opener.of(uow).open(case, Open("safety_assessment", f"{SUPPLEMENT}-{key}", start=now))
        return key
