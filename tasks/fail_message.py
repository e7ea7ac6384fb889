"""A message reaches nobody: it is failed, and in the same transaction somebody else is told to speak to the other."""

from collections.abc import Sequence

from sqlmodel import col, select

from domain.ladder import COUNTS
from domain.messages import ACUTE, LABELS, UNDELIVERED, content_hash
from domain.undelivered import FURTHER, told_instead
from integrations.ledger import UnitOfWork
from integrations.ledger.contacts import AddressBook, address_book
from integrations.ledger.tables import Bundle, Case, Message, MessageState, Step

NEUTRAL = "Overzicht"  # where the label itself was refused
LIVING = (MessageState.PLANNED, MessageState.BUNDLED, MessageState.SENT)


def fail(work: UnitOfWork, messages: Sequence[Message], reason: str) -> None:
    """These messages of one mail reach nobody by themselves any more. Numbers make one task together."""
    for place, message in enumerate(messages):
        message.state = MessageState.FAILED
        message.reason = ";".join(filter(None, (message.reason, reason)))
        work.audit(
            "bericht-mislukt",
            case_reference=message.case_reference,
            step_id=message.step_id,
            trede=message.rung,
            partij=message.party,
            reden=reason,
        )
        work.tell_prefect("tag_run", message.step_id)
        if place == 0 or message.rung not in COUNTS:
            _tell_somebody(work, message)


def _tell_somebody(work: UnitOfWork, message: Message) -> None:
    """One person, or after a lost message about a lost message one person further; then nobody any more."""
    root = _root(work, message)
    told = _told(work, root)
    if len(told) >= FURTHER or (root.rung == ACUTE and _known(work, root)):
        return
    left_out = {root.party, _sent_to(work, root), _sent_to(work, message), *told}
    party = told_instead(root.party, left_out, _book(work).contacts)
    if party is None:
        work.audit("niemand-bereikbaar", step_id=root.step_id, bericht=root.id or 0)
        return
    reference, label = _reference(work, root), root.label if root.label in LABELS else NEUTRAL
    work.session.add(
        Message(
            step_id=root.step_id,
            case_reference=reference,
            party=party,
            rung=UNDELIVERED,
            deadline_version=root.deadline_version,
            ordinal=root.id or 0,
            label=label,
            due_at=root.due_at,
            acute=root.acute,
            state=MessageState.PLANNED,
            planned_at=work.now,
            owed_at=work.now,
            content_hash=content_hash(reference, label, root.due_at),
        )
    )


def _root(work: UnitOfWork, message: Message) -> Message:
    """The message that was lost first."""
    lost = work.session.get(Message, message.ordinal) if message.rung == UNDELIVERED else None
    return lost or message


def _told(work: UnitOfWork, root: Message) -> set[str]:
    """Who was told of this loss already."""
    about = (Message.step_id == root.step_id, Message.rung == UNDELIVERED, Message.ordinal == root.id)
    return set(work.session.exec(select(Message.party).where(*about)))


def _known(work: UnitOfWork, root: Message) -> bool:
    """An alarm repeats every quarter of an hour: as long as nobody took up the first loss, one task is enough."""
    earlier = select(Message.id).where(Message.step_id == root.step_id, Message.rung == ACUTE)
    lost = earlier.where(Message.party == root.party, col(Message.handled_at).is_(None), Message.id != root.id)
    about = select(Message.id).where(Message.step_id == root.step_id, Message.rung == UNDELIVERED)
    living = about.where(col(Message.ordinal).in_(lost), col(Message.state).in_(LIVING))
    return work.session.exec(living.limit(1)).first() is not None


def _sent_to(work: UnitOfWork, message: Message) -> str:
    """Whom the mail went to: a deputy perhaps."""
    bundle = work.session.get(Bundle, message.bundle_id) if message.bundle_id else None
    return bundle.party if bundle else message.party


def _reference(work: UnitOfWork, root: Message) -> str:
    """The case, also where the lost message held numbers only: who is told now may see it."""
    step = work.session.get_one(Step, root.step_id)
    return root.case_reference or work.session.get_one(Case, step.case_id).reference


def _book(work: UnitOfWork) -> AddressBook:
    """Who is there, read once for this unit of work."""
    book: AddressBook = work.cache.get("book") or address_book(work.session, work.now)
    work.cache["book"] = book
    return book
