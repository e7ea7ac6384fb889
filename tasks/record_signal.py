"""Record one signal about a case: once, and with the step that finds out what is the matter."""

from sqlmodel import col, select

from domain.case import CaseState
from domain.effects import Open
from domain.signals import Sign
from domain.steps.out_of_sight import STEP as OUT_OF_SIGHT
from integrations.ledger import UnitOfWork
from integrations.ledger.households import present_case
from integrations.ledger.open_steps import Opener
from integrations.ledger.partner_tables import Signal
from integrations.ledger.tables import RUNNING, Case, Step

UNKNOWN, CLOSED, KNOWN, RECORDED = "onbekend", "gesloten", "bekend", "nieuw"


def record_signal(uow: UnitOfWork, sign: Sign, source: str) -> str:
    """Record it inside the caller's unit of work; says what became of it: onbekend, gesloten, bekend or nieuw.

    A signal opens S19 unless that runs already. Sight on safety moves nowhere by it (process catalogue, S19). About a
    closed case nothing is opened: that it came is in the trail, once, and whoever opens the case sees it.
    """
    key = f"{source}:{sign.number}"
    if uow.session.exec(select(Signal.id).where(Signal.key == key)).first() is not None:
        return KNOWN
    case = present_case(uow.session, sign.reference)
    if case is None:
        return UNKNOWN
    closed = case.state == CaseState.CLOSED
    step = None if closed else _running(uow, case) or Opener.of(uow).open(case, Open(OUT_OF_SIGHT.word, start=uow.now))
    step_id = step.id if step else ""
    row = Signal(
        case_id=case.id or 0,
        source=source,
        key=key,
        person=sign.person if case.reference == sign.reference else "",  # its letters were of the case that went here
        code=sign.code,
        seen_on=sign.seen_on,
        received_at=uow.now,
        step_id=step_id,
    )
    uow.session.add(row)
    details = {"source": source, "code": str(sign.code), "seen_on": sign.seen_on.isoformat()}
    act = "signaal-gesloten" if closed else "signaal-ontvangen"
    uow.audit(act, ground=OUT_OF_SIGHT.code, case_reference=case.reference, step_id=step_id, **details)
    uow.session.flush()
    return CLOSED if closed else RECORDED


def _running(uow: UnitOfWork, case: Case) -> Step | None:
    running = select(Step).where(Step.case_id == case.id, Step.kind == OUT_OF_SIGHT.word)
    return uow.session.exec(running.where(col(Step.state).in_(RUNNING))).first()
