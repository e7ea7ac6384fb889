"""Open a step by hand: prepare a hand-over, request a consultation, report a household out of sight, close a case."""

from datetime import datetime

from domain.case import CaseState
from domain.effects import Open
from domain.errors import RoleRefusal, StateRefusal
from domain.process import step_of
from integrations.ledger import Actor, Ledger
from integrations.ledger.case_view import case_view, find_case
from integrations.ledger.open_steps import Opener
from integrations.ledger.people import who


def open_step(ledger: Ledger, reference: str, kind: str, by: str, *, door: str, now: datetime) -> str:
    """Open a step of this kind in this case; returns its id. Raises a Refusal when kind or role does not allow."""
    step = step_of(kind)
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        case = find_case(uow.session, reference)
        person = who(uow.session, by)
        held = sorted(person.roles & step.by_hand)
        if not held:
            raise RoleRefusal("KR-ROL", act=step.title)
        if case.state == CaseState.CLOSED:
            raise StateRefusal("KR-ZAAK-GESLOTEN")
        if case_view(uow.session, case).running(kind):
            raise StateRefusal("KR-STAP-LOOPT")
        uow.actor = Actor(person.code, held[0], door)
        return Opener.of(uow).open(case, Open(kind, start=now)).id
