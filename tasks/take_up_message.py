"""A person takes up a message that reached nobody: by telephone, by another mail, in person, or because it need not."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import col, or_, select

from domain.errors import InputRefusal, StateRefusal, UnknownRefusal
from domain.messages import UNDELIVERED
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.tables import Message, MessageState
from tasks.acting import acting


class How(StrEnum):
    """How somebody took it up."""

    PHONED = "phoned"
    MAILED = "mailed"
    IN_PERSON = "in_person"
    NOT_NEEDED = "not_needed"


def take_up_message(ledger: Ledger, message_id: int, how: str, by: str, *, door: str, now: datetime) -> int:
    """Record who took up a failed message, with all that failed about it; how many. The run loses its tag.

    Raises KR-KEUZE-ONGELDIG, KR-CODE-ONBEKEND, KR-CODE-INACTIEF, KR-ROL for who sees numbers only,
    KR-BERICHT-ONBEKEND, and KR-BERICHT-NIET-MISLUKT when it did not fail or was taken up before.
    """
    if how not in set(How):
        raise InputRefusal("KR-KEUZE-ONGELDIG", field="how")
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as work:
        person = acting(work, by)
        failed = _failed_together(work, message_id)
        for message in failed:
            message.handled_at, message.handled_by, message.handled_how = now, person.code, how
        first = failed[0]
        work.audit(
            "bericht-opgepakt",
            ground="proces",
            case_reference=first.case_reference,
            step_id=first.step_id,
            bericht=first.id or 0,
            hoe=how,
        )
        work.tell_prefect("tag_run", first.step_id)
        return len(failed)


def _failed_together(work: UnitOfWork, message_id: int) -> list[Message]:
    """The lost message and the ones about it: of whatever they tell, one telephone call is the answer."""
    asked = work.session.get(Message, message_id)
    if asked is None:
        raise UnknownRefusal("KR-BERICHT-ONBEKEND")
    root = asked.ordinal if asked.rung == UNDELIVERED else asked.id
    about = (col(Message.rung) == UNDELIVERED) & (col(Message.ordinal) == root)
    same = select(Message).where(Message.step_id == asked.step_id, or_(col(Message.id) == root, about))
    found = work.session.exec(same.order_by(col(Message.id))).all()
    failed = [message for message in found if message.state == MessageState.FAILED and message.handled_at is None]
    if asked not in failed:
        raise StateRefusal("KR-BERICHT-NIET-MISLUKT")
    return failed
