"""Give a case another fixed worker: the steps and what must still be said go along, every due moment stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from domain.access import refuse_planning
from domain.case import CaseState
from domain.duty import AssignReason
from domain.errors import RoleRefusal, StateRefusal
from domain.parties import VT_ROLES, Owner, Professional, Role
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.case_view import find_case
from integrations.ledger.open_steps import Opener
from integrations.ledger.people import who
from integrations.ledger.tables import RUNNING, Case, Message, MessageState, Step, StepState

MOVED = "toegewezen"


@dataclass(frozen=True)
class Assigned:
    """What moved: the former worker ('' when there was none), the new one, how many steps and planned messages."""

    reference: str
    former: str
    worker: str
    steps: int
    messages: int


def assign_case(
    ledger: Ledger, reference: str, code: str, reason: AssignReason, by: str, *, door: str, now: datetime
) -> Assigned:
    """Make `code` the fixed worker of this case. Open and planned steps of the former worker go along.

    Who divides the work may, and the fixed worker. A message that was not bundled yet goes to the new worker; an open
    step about which none was waiting is told anew. Raises a Refusal for a closed case, a code or a role.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as uow:
        case, actor, worker = find_case(uow.session, reference), who(uow.session, by), who(uow.session, code)
        refuse_planning(actor, act="een zaak toewijzen", own=actor.code == case.worker)
        _refuse(case, worker)
        uow.actor = Actor(actor.code, sorted(actor.roles)[0], door)
        former, case.worker = case.worker, worker.code
        steps = _steps(uow, case, former)
        for step in steps:
            step.owner, step.team, step.organisation = worker.code, worker.team, worker.organisation
            uow.tell_prefect("tag_run", step.id)
        messages = _messages(uow, steps, former, worker.code)
        _tell(uow, case, steps, {message.step_id for message in messages}, worker.code)
        uow.audit(
            "zaak-toegewezen",
            ground="proces",
            case_reference=case.reference,
            van=former,
            naar=worker.code,
            reden=reason.value,
            stappen=len(steps),
        )
        return Assigned(case.reference, former, worker.code, len(steps), len(messages))


def _refuse(case: Case, worker: Professional) -> None:
    if case.state == CaseState.CLOSED:
        raise StateRefusal("KR-ZAAK-GESLOTEN")
    if not worker.has(*VT_ROLES):
        raise RoleRefusal("KR-TOEWIJZEN-ROL")
    if case.worker == worker.code:
        raise StateRefusal("KR-TOEWIJZEN-ZELFDE")


def _steps(uow: UnitOfWork, case: Case, former: str) -> list[Step]:
    """The running steps of the former worker, but for those of the duty desk when that is the same person."""
    desk = former in Opener.of(uow).roster.holding(Role.VT_ON_CALL)
    owned = select(Step).where(Step.case_id == case.id, Step.owner == former, col(Step.state).in_(RUNNING))
    if desk:
        owned = owned.where(Step.owner_role != Owner.ON_CALL)
    if not former:
        owned = owned.where(Step.owner_role == Owner.WORKER)
    return list(uow.session.exec(owned.order_by(col(Step.id))))


def _messages(uow: UnitOfWork, steps: Sequence[Step], former: str, worker: str) -> list[Message]:
    """What is planned for the former worker goes to the new one, unless that one is told the same already."""
    about = col(Message.step_id).in_([step.id for step in steps])
    told = {_key(message) for message in uow.session.exec(select(Message).where(about, Message.party == worker))}
    waiting = select(Message).where(about, Message.party == former, Message.state == MessageState.PLANNED)
    found = list(uow.session.exec(waiting.order_by(col(Message.id))))
    for message in found:
        if _key(message) in told:
            message.state, message.reason = MessageState.SKIPPED, MOVED
        else:
            message.party = worker
    return found


def _key(message: Message) -> tuple[str, str, int, int]:
    return message.step_id, message.rung, message.deadline_version, message.ordinal


def _tell(uow: UnitOfWork, case: Case, steps: Sequence[Step], waiting: set[str], worker: str) -> None:
    """Nobody takes over a step without hearing of it."""
    for step in steps:
        if step.state == StepState.OPEN and step.id not in waiting:
            before = select(func.max(Message.ordinal)).where(
                Message.step_id == step.id, Message.party == worker, Message.rung == "NOTICE"
            )
            Opener.of(uow).notice(case, step, "NOTICE", worker, (uow.session.exec(before).one() or 0) + 1)
