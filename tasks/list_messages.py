"""The messages of the ledger as the command line shows them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, or_, select

from integrations.ledger import Ledger
from integrations.ledger.tables import Bundle, Delivery, Message, MessageState, Step


@dataclass(frozen=True)
class MessageRow:
    """One message: to whom, about what, and what became of it. `sent_to` differs from `party` when someone took over.

    `handled_*`: who took up a message that reached nobody, and how. `maybe_twice` is how often it may
    have gone out beyond the one time it should.
    """

    id: int
    case_reference: str
    step: str
    label: str
    rung: str
    ordinal: int
    party: str
    sent_to: str
    due_at: datetime | None
    planned_at: datetime
    state: str
    reason: str
    reference: str
    maybe_twice: int
    owed_at: datetime | None
    handled_at: datetime | None
    handled_by: str
    handled_how: str


def list_messages(
    ledger: Ledger,
    *,
    party: str | None = None,
    case_reference: str | None = None,
    state: MessageState | None = None,
    limit: int = 100,
) -> list[MessageRow]:
    """The newest messages first; `party` finds what was meant for a code and what it got in another's place."""
    doubts = select(func.coalesce(func.sum(Delivery.indefinite), 0)).where(Delivery.bundle_id == Bundle.id)
    query = (
        select(Message, Step.kind, Bundle, doubts.scalar_subquery())
        .join(Step, col(Step.id) == Message.step_id)
        .outerjoin(Bundle, col(Bundle.id) == Message.bundle_id)
        .order_by(col(Message.id).desc())
        .limit(limit)
    )
    if party is not None:
        query = query.where(or_(Message.party == party, Bundle.party == party))
    if case_reference is not None:
        query = query.where(Message.case_reference == case_reference)
    if state is not None:
        query = query.where(Message.state == state)
    with ledger.reading() as session:
        return [_row(*found) for found in session.exec(query)]


def _row(message: Message, kind: str, bundle: Bundle | None, doubts: int) -> MessageRow:
    return MessageRow(
        id=message.id or 0,
        case_reference=message.case_reference,
        step=kind,
        label=message.label,
        rung=message.rung,
        ordinal=message.ordinal,
        party=message.party,
        sent_to=bundle.party if bundle else "",
        due_at=message.due_at,
        planned_at=message.planned_at,
        state=message.state,
        reason=message.reason,
        reference=bundle.reference if bundle else "",
        maybe_twice=doubts,
        owed_at=message.owed_at,
        handled_at=message.handled_at,
        handled_by=message.handled_by,
        handled_how=message.handled_how,
    )
