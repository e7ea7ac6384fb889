"""The health of a ledger in a few numbers: the line an operator's monitoring looks at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from integrations.ledger import Ledger
from integrations.ledger.audit import head
from integrations.ledger.tables import Message, MessageState, Outbox, Step, StepState, SweepRun
from integrations.ledger.upgrading import revision, revisions
from tasks.read_board import SWEEP_EVERY

LONGEST_SILENCE = 3 * SWEEP_EVERY


@dataclass(frozen=True)
class Status:
    """`problems` in Dutch, empty when healthy. `undelivered` waits to be sent, `failed` reaches nobody by itself."""

    at: datetime
    problems: tuple[str, ...]
    revision: str
    last_sweep: datetime | None
    late: int
    acute: int
    undelivered: int
    failed: int
    untold: int
    audit_seq: int
    audit_hash: str

    @property
    def healthy(self) -> bool:
        """True when nothing is wrong with the clockwork."""
        return not self.problems


def show_status(ledger: Ledger, now: datetime) -> Status:
    """The status at this moment. Raises what opening the ledger raises."""
    with ledger.reading() as session:
        present = revision(session.connection()) or ""
        last = session.exec(select(SweepRun.at).order_by(col(SweepRun.id).desc())).first()
        end = head(session)
        return Status(
            at=now,
            problems=tuple(_problems(present, last, now)),
            revision=present,
            last_sweep=last,
            late=_late(session, now),
            acute=_count(session, Step.state == StepState.OPEN, col(Step.acute), col(Step.acknowledged_at).is_(None)),
            undelivered=_messages(session, MessageState.PLANNED) + _messages(session, MessageState.BUNDLED),
            failed=_messages(session, MessageState.FAILED),
            untold=session.exec(select(func.count()).select_from(Outbox).where(col(Outbox.done_at).is_(None))).one(),
            audit_seq=end.seq,
            audit_hash=end.hash,
        )


def _problems(present: str, last: datetime | None, now: datetime) -> list[str]:
    problems = [] if present == revisions()[-1] else ["de administratie is niet bijgewerkt"]
    if last is None:
        return [*problems, "er is nog nooit een ronde gelopen"]
    age: timedelta = now - last
    return [
        *problems,
        *([f"laatste ronde {age // timedelta(minutes=1)} minuten geleden"] if age > LONGEST_SILENCE else []),
    ]


def _late(session: Session, now: datetime) -> int:
    return _count(session, Step.state == StepState.OPEN, or_(col(Step.due_at) < now, col(Step.stalled_at).is_not(None)))


def _count(session: Session, *conditions: object) -> int:
    return session.exec(select(func.count()).select_from(Step).where(*conditions)).one()  # type: ignore[arg-type]


def _messages(session: Session, state: MessageState) -> int:
    return session.exec(select(func.count()).select_from(Message).where(Message.state == state)).one()
