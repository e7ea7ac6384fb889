"""A hand-over that a partner's system did not take, or did not answer well, becomes a task for a person."""

from sqlmodel import col, select

from domain.messages import (
    OFFER,
    OFFER_BACK,
    OFFER_FAILED,
    OFFER_GONE,
    OFFER_TAKEN_BACK,
    OFFER_UNREAD,
)
from integrations.handover import TAKEN_BACK
from integrations.ledger import UnitOfWork
from integrations.ledger.message_rows import message_about, next_ordinal
from integrations.ledger.open_steps import Opener
from integrations.ledger.partner_tables import HandoverOffer
from integrations.ledger.people import owner_for
from integrations.ledger.tables import Case, Message, Step
from tasks.fail_message import fail

NOT_THERE = frozenset({"http-404", "http-410"})


def offer_lost(work: UnitOfWork, offer: HandoverOffer, kind: str, reason: str = "") -> None:
    """Something is wrong with it (`kind`, of domain.messages.OFFER_WORDS) that does not mend itself.

    As a lost message to the receiver, so that it shows until somebody takes it up; whoever offered it hears at once.
    Each trouble is told once, and again when somebody took up the earlier or it was well in between.
    """
    reason = reason or offer.reason
    if _told(work, offer, kind, reason):
        return
    step, case = _of(work, offer)
    rung = _lost_rung(kind)
    lost = message_about(work, case, step, rung, _receiver(work, case), next_ordinal(work, step.id, rung))
    work.session.add(lost)
    work.session.flush()
    fail(work, [lost], reason)
    _notice(work, offer, kind)
    _note(offer, kind, reason)


def offer_back(work: UnitOfWork, offer: HandoverOffer) -> None:
    """What was answered there cannot be recorded here yet: whoever offered it looks what is missing."""
    if f"{OFFER_BACK}:{offer.refused}" not in offer.told.split():
        _notice(work, offer, OFFER_BACK)
        _note(offer, OFFER_BACK, offer.refused)


def offer_well(offer: HandoverOffer, *, but: str = "-") -> None:
    """Nothing is wrong with it now (`but` for this kind of trouble): whatever comes after is news."""
    offer.told = " ".join(said for said in offer.told.split() if said.startswith(f"{but}:"))


def was_told(offer: HandoverOffer, kind: str) -> bool:
    """True when people heard of this trouble since it was last well, whatever they did about it."""
    return any(said.startswith(f"{kind}:") for said in offer.told.split())


def failed_kind(reason: str) -> str:
    """What is wrong with one that could not be brought."""
    return OFFER_TAKEN_BACK if reason == TAKEN_BACK else OFFER_FAILED


def unread_kind(reason: str) -> str:
    """What is wrong with one that could not be read back."""
    return OFFER_TAKEN_BACK if reason == TAKEN_BACK else OFFER_GONE if reason in NOT_THERE else OFFER_UNREAD


def _lost_rung(kind: str) -> str:
    return OFFER if kind == OFFER_FAILED else kind


def _told(work: UnitOfWork, offer: HandoverOffer, kind: str, reason: str) -> bool:
    """Told since it was last well, and nobody took that up yet."""
    if f"{kind}:{reason}" not in offer.told.split():
        return False
    about = (Message.step_id == offer.step_id, Message.rung == _lost_rung(kind), col(Message.handled_at).is_(None))
    return work.session.exec(select(Message.id).where(*about).limit(1)).first() is not None


def _note(offer: HandoverOffer, kind: str, reason: str) -> None:
    offer.told = " ".join(dict.fromkeys([*offer.told.split(), f"{kind}:{reason}"]))


def _notice(work: UnitOfWork, offer: HandoverOffer, rung: str) -> None:
    step, case = _of(work, offer)
    Opener.of(work).notice(case, step, rung, step.owner, next_ordinal(work, step.id, rung))


def _receiver(work: UnitOfWork, case: Case) -> str:
    """Who at the local team has this case, or leads that team."""
    where = {"worker": case.worker, "team": case.team, "local": case.local_professional, "local_team": case.local_team}
    return owner_for(Opener.of(work).roster, "local", **where)[0]


def _of(work: UnitOfWork, offer: HandoverOffer) -> tuple[Step, Case]:
    step = work.session.get_one(Step, offer.step_id)
    return step, work.session.get_one(Case, step.case_id)
