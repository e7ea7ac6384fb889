"""Acknowledge an urgent task: the repetition stops, the clock does not."""

from datetime import datetime

from domain.errors import RoleRefusal, StateRefusal, UnknownRefusal
from domain.parties import Role
from domain.process import step_of
from integrations.ledger import Actor, Ledger
from integrations.ledger.people import who
from integrations.ledger.tables import Case, Step, StepState


def acknowledge(ledger: Ledger, step_id: str, by: str, *, door: str, now: datetime) -> None:
    """Record that `by` has taken up the urgent step. Raises a Refusal for an unknown or closed step, code or role."""
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        person = who(uow.session, by)
        step = uow.session.get(Step, step_id.strip().upper())
        if step is None:
            raise UnknownRefusal("KR-STAP-ONBEKEND")
        if step.state != StepState.OPEN:
            raise StateRefusal("KR-STAP-GESLOTEN")
        if not person.has(*step_of(step.kind).recorders, Role.VT_MANAGER, Role.PROCESS_DIRECTOR):
            raise RoleRefusal("KR-ROL", act="gezien")
        uow.actor = Actor(person.code, sorted(person.roles)[0], door)
        case = uow.session.get(Case, step.case_id)
        step.acknowledged_at = now  # when the sweep looks next stays: what came due since the last one is still said
        uow.tell_prefect("tag_run", step.id)
        reference = case.reference if case else ""
        uow.audit("urgent-gezien", ground="proces", case_reference=reference, step_id=step.id)
