"""Turn messages of the ledger into the text one party gets."""

from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import quote

from sqlmodel import Session, col, func, select

from domain.ladder import COUNTS
from domain.messages import ACUTE, UNDELIVERED, Count, Line, Rendered, number_text, render, render_counts, repeated
from integrations.ledger.policy import policy_of
from integrations.ledger.restored import maybe_sent_before
from integrations.ledger.tables import Case, Message, MessageState, Municipality, Step
from integrations.settings import settings
from tasks.read_messages import CLOSED, Told

YEAR = 365 * 24 * 3600  # seconds; the Runs page shows seven days unless told otherwise


def compose(session: Session, told: Sequence[Told], *, reference: str, sent_to_title: str) -> Rendered:
    """The text for these messages: numbers only when their rung is L3 or L4, an alarm once. Raises PrivacyRefusal.

    Who stands in for someone may be told the same twice: one line is enough, and the alarm itself before all about it.
    """
    if told[0].message.rung in COUNTS:
        counts = _counts(session, told)
        text = render_counts(counts, bundle_reference=reference, sent_to_title=sent_to_title)
    else:
        alarms = [item for item in told if item.message.rung == ACUTE]
        once = {_about(item.message): item for item in alarms or told}
        lines = [_line(session, item.message, item.step) for item in once.values()]
        text = render(lines, bundle_reference=reference, sent_to_title=sent_to_title)
    again = any(maybe_sent_before(session, item.message.owed_at) for item in told)
    return repeated(text) if again else text


def body_hash(rendered: Rendered) -> str:
    """What tells two texts apart."""
    return sha256(f"{rendered.subject}\n{rendered.body}".encode()).hexdigest()


def _about(message: Message) -> tuple[str, str, int]:
    """What makes two lines one."""
    return message.step_id, message.rung, message.ordinal if message.rung == UNDELIVERED else 0


def _line(session: Session, message: Message, step: Step) -> Line:
    lost = session.get(Message, message.ordinal) if message.rung == UNDELIVERED else None
    return Line(
        label=message.label,
        reference=message.case_reference,
        due_at=step.due_at,
        rung=message.rung,
        link=_link(message, step),
        ordinal=message.ordinal,
        waiting_for=lost.party if lost else step.organisation,
        cause=lost.rung if lost else step.waiting_cause,
    )


def _link(message: Message, step: Step) -> str:
    """The run that asks for this step; before it has started, the list it will appear in."""
    return step_link(step, message.case_reference, acute=message.rung == ACUTE)


def step_link(step: Step, case_reference: str, *, acute: bool = False) -> str:
    """Where the form of this step is, or will be."""
    base = settings().ui_url.rstrip("/")
    if step.run_id:
        return f"{base}/runs/flow-run/{step.run_id}"
    tag = "acuut" if acute else f"zaak:{case_reference}"
    return f"{base}/runs?type=span&seconds=-{YEAR}&tag={quote(tag, safe='')}"


def _counts(session: Session, told: Sequence[Told]) -> list[Count]:
    """All steps these parties were told about by number and that still wait, not only the ones that are new now."""
    parties = {item.message.party for item in told}
    query = (
        select(Message.label, Municipality.title, func.count(func.distinct(Message.step_id)))
        .join(Step, col(Step.id) == Message.step_id)
        .join(Case, col(Case.id) == Step.case_id)
        .join(Municipality, col(Municipality.code) == Case.municipality)
        .where(col(Message.party).in_(parties), Message.rung == told[0].message.rung)
        .where(col(Step.state).not_in(CLOSED), Message.state != MessageState.CANCELLED)
        .group_by(Message.label, Municipality.title)
        .order_by(Message.label, Municipality.title)
    )
    below = policy_of(session).privacy.suppress_below
    return [Count(label, title, number_text(number, below)) for label, title, number in session.exec(query)]
