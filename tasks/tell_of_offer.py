"""A hand-over that a partner's system did not take, or did not answer well, becomes a task for a person."""

from sqlmodel import select

from domain.messages import OFFER, OFFER_BACK, OFFER_FAILED, content_hash
from domain.process import step_of
from integrations.ledger import UnitOfWork
from integrations.ledger.open_steps import Opener
from integrations.ledger.partner_tables import HandoverOffer
from integrations.ledger.people import owner_for
from integrations.ledger.tables import Case, Message, MessageState, Step
from tasks.fail_message import fail


def offer_lost(work: UnitOfWork, offer: HandoverOffer, reason: str) -> None:
    """It does not get there by itself any more: as a lost message to the receiver, so that it shows until somebody
    takes it up; and whoever offered it hears at once."""
    step, case = _of(work, offer)
    receiver = _receiver(work, case)
    if _told(work, offer, OFFER):
        return
    label = step_of(step.kind).label
    lost = Message(
        step_id=step.id,
        case_reference=case.reference,
        party=receiver,
        rung=OFFER,
        deadline_version=step.deadline_version,
        ordinal=offer.round,
        label=label,
        due_at=step.due_at,
        state=MessageState.PLANNED,
        planned_at=work.now,
        owed_at=work.now,
        content_hash=content_hash(case.reference, label, step.due_at),
    )
    work.session.add(lost)
    work.session.flush()
    fail(work, [lost], reason)
    _notice(work, offer, OFFER_FAILED)


def offer_back(work: UnitOfWork, offer: HandoverOffer) -> None:
    """What was answered there cannot be recorded here yet: whoever offered it looks what is missing."""
    _notice(work, offer, OFFER_BACK)


def _notice(work: UnitOfWork, offer: HandoverOffer, rung: str) -> None:
    step, case = _of(work, offer)
    if not _told(work, offer, rung):
        Opener.of(work).notice(case, step, rung, step.owner, offer.round)


def _told(work: UnitOfWork, offer: HandoverOffer, rung: str) -> bool:
    """Once a round is enough."""
    about = (Message.step_id == offer.step_id, Message.rung == rung, Message.ordinal == offer.round)
    return work.session.exec(select(Message.id).where(*about).limit(1)).first() is not None


def _receiver(work: UnitOfWork, case: Case) -> str:
    """Who at the local team has this case, or leads that team."""
    where = {"worker": case.worker, "team": case.team, "local": case.local_professional, "local_team": case.local_team}
    return owner_for(Opener.of(work).roster, "local", **where)[0]


def _of(work: UnitOfWork, offer: HandoverOffer) -> tuple[Step, Case]:
    step = work.session.get_one(Step, offer.step_id)
    return step, work.session.get_one(Case, step.case_id)
