"""Extend a step's term: the policy says by how much, a person says why."""

from datetime import datetime

from domain.effects import Extend
from domain.errors import RoleRefusal, StateRefusal, UnknownRefusal
from domain.parties import Role
from domain.process import step_of
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.apply import Applier
from integrations.ledger.people import who
from integrations.ledger.tables import Case, Step, StepState


def extend_step(ledger: Ledger, step_id: str, reason: str, by: str, *, door: str, now: datetime) -> datetime:
    """The new due moment. Raises a Refusal for an unknown or closed step, a code, role or reason that may not, and
    KR-VERLENGING where the policy has no extension; KR-OPSCHORTING-LOOPT while the clock stands still.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        case, step = clock_holder(uow, step_id, "termijn verlengen")
        Applier(uow, case, step).apply(Extend(reason))
        assert step.due_at is not None
        return step.due_at


def clock_holder(uow: UnitOfWork, step_id: str, act: str) -> tuple[Case, Step]:
    """The open step whose term someone moves, and its case; from here on the unit's actor has a role.

    May do so: who records the step, the manager of Veilig Thuis and the process director.
    """
    person = who(uow.session, uow.actor.code)
    step = uow.session.get(Step, step_id.strip().upper())
    if step is None:
        raise UnknownRefusal("KR-STAP-ONBEKEND")
    if step.state != StepState.OPEN:
        raise StateRefusal("KR-STAP-GEPLAND" if step.state == StepState.PLANNED else "KR-STAP-GESLOTEN")
    held = person.roles & {*step_of(step.kind).recorders, Role.VT_MANAGER, Role.PROCESS_DIRECTOR}
    if not held:
        raise RoleRefusal("KR-ROL", act=act)
    uow.actor = Actor(person.code, sorted(held)[0], uow.actor.door)
    return uow.session.get_one(Case, step.case_id), step
