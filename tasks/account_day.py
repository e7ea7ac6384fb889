"""The account of one day: what was owed, held against what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from domain.account import BESIDE, Account, Told, account, histogram
from domain.duty import next_opening
from domain.messages import ACUTE
from domain.obligations import Owed, ladder_of, owed
from domain.policy import Policy
from domain.terms import at_hour
from integrations.ledger import Ledger
from integrations.ledger.policy import policy_of
from integrations.ledger.step_lives import lives_of, lives_of_day
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState, SweepRun

JUST_NOW = timedelta(microseconds=1)  # what was decided at this very moment counts
AT_ONCE = 5_000  # rows in one question
_NAMES = (
    "id",
    "step_id",
    "rung",
    "ordinal",
    "deadline_version",
    "state",
    "reason",
    "owed_at",
    "planned_at",
    "bundle_id",
)
_COLUMNS = [col(getattr(Message, name)) for name in _NAMES]


@dataclass(frozen=True)
class DayAccount:
    """The account, how late what was sent was (messages in each span), mails sent and copies that may be too many."""

    account: Account
    lateness: dict[str, int]
    mails: int
    maybe_twice: int


def account_day(ledger: Ledger, day: date, now: datetime) -> DayAccount:
    """The account of this Amsterdam day as it stands at `now`; of a day to come nothing is owed yet."""
    start, end = at_hour(day, 0), min(at_hour(day + timedelta(days=1), 0), now + JUST_NOW)
    with ledger.reading() as session:
        policy = policy_of(session)
        due = [one for life in lives_of_day(session, policy, start, end) for one in owed(life, policy, start, end)]
        rows = {
            row.id: row for row in (*_of_steps(session, {one.step_id for one in due}), *_of_day(session, start, end))
        }
        on_day = [row for row in rows.values() if start <= (row.owed_at or row.planned_at) < end]
        others = _unexplained(session, policy, on_day)
        mine = {one.step_id for one in due}
        told = [_told(row) for row in rows.values() if row.step_id in mine and row.rung not in BESIDE]
        told += [_told(row) for row in on_day if row.rung in BESIDE]
        made = account(day, now, due, told, others, _sweeps(session, start))
        return _with_sends(session, policy, made, due, rows)


def _of_steps(session: Session, ids: Iterable[str]) -> Iterator[Any]:
    listed = sorted(ids)
    for i in range(0, len(listed), AT_ONCE):
        wanted = select(*_COLUMNS).where(col(Message.step_id).in_(listed[i : i + AT_ONCE]))
        yield from session.connection().execute(wanted)


def _of_day(session: Session, start: datetime, end: datetime) -> Iterator[Any]:
    """What says of itself that it was owed on this day: planned then or later, so the index of states is enough."""
    for state in MessageState:
        planned = (col(Message.state) == state, col(Message.planned_at) >= start)
        owed_then = (col(Message.owed_at) >= start, col(Message.owed_at) < end)
        yield from session.connection().execute(select(*_COLUMNS).where(*planned, *owed_then))


def _told(row: Any) -> Told:
    given = (row.id, row.step_id, row.rung, row.ordinal, row.deadline_version, str(row.state), row.reason)
    return Told(*given, row.owed_at or row.planned_at)


def _unexplained(session: Session, policy: Policy, rows: Sequence[Any]) -> list[int]:
    """Messages of the ladder that no step owes on any day: a rule or a clock was changed, or something is wrong."""
    climbing = [row for row in rows if row.rung not in BESIDE and row.rung != ACUTE]
    known: dict[tuple[str, str], set[int]] = defaultdict(set)
    any_version = {row.deadline_version for row in climbing}
    for life in lives_of(session, {row.step_id for row in climbing}):
        for one in ladder_of(life, policy):
            known[one.step_id, one.rung] |= one.versions or any_version
    return [row.id for row in climbing if row.deadline_version not in known[row.step_id, row.rung]]


def _sweeps(session: Session, start: datetime) -> list[datetime]:
    """When a sweep decided, from the beginning of the day on; one that met a clock put back decided nothing."""
    decided = (col(SweepRun.at) >= start, ~col(SweepRun.clock_back))
    return list(session.connection().scalars(select(col(SweepRun.at)).where(*decided).order_by(col(SweepRun.at))))


def _with_sends(
    session: Session, policy: Policy, made: Account, due: Sequence[Owed], rows: Mapping[int, Any]
) -> DayAccount:
    """How late each message was sent, counted from when it might leave; and how often its mail went out."""
    bundles = {row.bundle_id for number in made.told if (row := rows[number]).bundle_id}
    sends = _sends(session, bundles)
    since = {(one.step_id, one.rung, one.number): one.since for one in due}
    late = []
    for row in (rows[number] for number in made.told):
        send = sends.get(row.bundle_id)
        if row.state == MessageState.SENT and send and send.sent_at:
            owed_at = since.get((row.step_id, row.rung, row.ordinal), row.owed_at or row.planned_at)
            promised = owed_at if send.any_hour else next_opening(owed_at, policy.hours, policy.calendar())
            late.append(send.sent_at - promised)
    sent, twice = sum(send.sent for send in sends.values()), sum(send.twice for send in sends.values())
    return DayAccount(made, histogram(late), sent, twice)


@dataclass
class _Send:
    """One mail: when the relay first took it, over how many channels, and how often more than that perhaps."""

    any_hour: bool
    sent_at: datetime | None = None
    sent: int = 0
    twice: int = 0


def _sends(session: Session, bundles: Iterable[int]) -> dict[int, _Send]:
    listed, found = sorted(bundles), dict[int, _Send]()
    columns = (col(Delivery.bundle_id), col(Delivery.state), col(Delivery.verdict_at), col(Delivery.indefinite))
    query = select(*columns, col(Bundle.any_hour)).join(Bundle, col(Bundle.id) == Delivery.bundle_id)
    for i in range(0, len(listed), AT_ONCE):
        for row in session.connection().execute(query.where(col(Delivery.bundle_id).in_(listed[i : i + AT_ONCE]))):
            send = found.setdefault(row.bundle_id, _Send(row.any_hour))
            send.twice += row.indefinite
            if row.state == DeliveryState.SENT:
                send.sent += 1
                send.sent_at = min(filter(None, (send.sent_at, row.verdict_at)), default=None)
    return found
