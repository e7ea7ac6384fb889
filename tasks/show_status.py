"""The health of a ledger in a few numbers: the line an operator's monitoring looks at."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select

from domain.dutch import amount
from domain.duty import working_time
from domain.watch import Silence, silence
from integrations.ledger import Ledger
from integrations.ledger.audit import head
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Message, MessageState, Outbox, Step, StepState, SweepRun
from integrations.ledger.upgrading import revision, revisions
from tasks.corv_silence import silent_requests
from tasks.file_problems import file_problems
from tasks.offer_problems import offer_problems
from tasks.settle_restore import restore_problem
from tasks.watch_clock import last_sweeps

PATIENCE = timedelta(minutes=30)
WAITING = (MessageState.PLANNED, MessageState.BUNDLED)
FAILED = (MessageState.FAILED,)


@dataclass(frozen=True)
class Status:
    """`problems` in Dutch, empty when healthy. `undelivered` waits to be sent, `failed` reaches nobody by itself.

    `unhandled`: failed, and nobody took it up. `stuck`: waits to be sent for more than half an hour while it might
    have been. `last_by_clock`: the last round by Prefect's clock, `last_sweep` by any door.
    """

    at: datetime
    problems: tuple[str, ...]
    revision: str
    last_sweep: datetime | None
    last_by_clock: datetime | None
    clock_back: int
    late: int
    acute: int
    undelivered: int
    stuck: int
    failed: int
    unhandled: int
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
        by_clock, last = last_sweeps(session)
        end = head(session)
        found = Status(
            at=now,
            problems=(),
            revision=present,
            last_sweep=last,
            last_by_clock=by_clock,
            clock_back=_clock_back(session, now),
            late=_late(session, now),
            acute=_count(session, Step.state == StepState.OPEN, col(Step.acute), col(Step.acknowledged_at).is_(None)),
            undelivered=_messages(session, WAITING),
            stuck=_stuck(session, now),
            failed=_messages(session, FAILED),
            unhandled=_messages(session, FAILED, col(Message.handled_at).is_(None)),
            untold=session.exec(select(func.count()).select_from(Outbox).where(col(Outbox.done_at).is_(None))).one(),
            audit_seq=end.seq,
            audit_hash=end.hash,
        )
        restored = restore_problem(session, ledger, now)
        told = [*file_problems(session, now), silent_requests(session), *offer_problems(session, now), restored]
    return replace(found, problems=(*_problems(found), *filter(None, told)))


def _problems(found: Status) -> Iterator[str]:
    if found.revision != revisions()[-1]:
        yield "de administratie is niet bijgewerkt"
    yield from _silent(found)
    if found.clock_back:
        yield "de klok is in de laatste 24 uur teruggezet"
    if found.stuck:
        yield f"{amount(found.stuck, 'bericht wacht', 'berichten wachten')} langer dan een half uur"
    if found.unhandled:
        nobody = ("bericht bereikte niemand en is", "berichten bereikten niemand en zijn")
        yield f"{amount(found.unhandled, *nobody)} niet opgepakt"


def _silent(found: Status) -> Iterator[str]:
    match silence(found.last_by_clock, found.last_sweep, found.at):
        case Silence.NEVER:
            yield "er is nog nooit een ronde gelopen"
        case Silence.ALL if found.last_sweep:
            yield f"laatste ronde {_minutes(found.at, found.last_sweep)} minuten geleden"
        case Silence.CLOCK if found.last_by_clock:
            yield f"de klok van Prefect staat {_minutes(found.at, found.last_by_clock)} minuten stil"


def _minutes(now: datetime, then: datetime) -> int:
    return abs(now - then) // timedelta(minutes=1)


def _clock_back(session: Session, now: datetime) -> int:
    recent = col(SweepRun.at) >= now - timedelta(days=1)
    return session.exec(select(func.count()).select_from(SweepRun).where(recent, col(SweepRun.clock_back))).one()


def _stuck(session: Session, now: datetime) -> int:
    """Urgent messages at any hour; others when working hours have lasted longer than the patience."""
    long_ago = col(Message.planned_at) <= now - PATIENCE
    policy = policy_of(session)
    calendar = policy.calendar()
    long_open = all(working_time(moment, policy.hours, calendar) for moment in (now - PATIENCE, now))
    return _messages(session, WAITING, long_ago, *(() if long_open else (col(Message.acute),)))


def _late(session: Session, now: datetime) -> int:
    return _count(session, Step.state == StepState.OPEN, or_(col(Step.due_at) < now, col(Step.stalled_at).is_not(None)))


def _count(session: Session, *conditions: object) -> int:
    return session.exec(select(func.count()).select_from(Step).where(*conditions)).one()  # type: ignore[arg-type]


def _messages(session: Session, states: tuple[MessageState, ...], *more: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Message).where(col(Message.state).in_(states), *more)
    return session.exec(counted).one()
