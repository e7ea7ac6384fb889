"""Take deliveries whose turn it is: the attempt is counted and the lease set before anything is sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import and_, bindparam, or_, tuple_, update
from sqlmodel import Session, col, select

from domain.delivery import LEASE, LONGEST_WAIT
from domain.duty import next_opening, working_time
from integrations.ledger import UnitOfWork
from integrations.ledger.contacts import AddressBook
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Bundle, Delivery, DeliveryState, Message, MessageState
from tasks.drop_closed import drop_closed

MOST_LOOKS = 20
"""Looks in one turn: where thousands of mails say nothing any more, the next turn goes on in its own transaction."""

WAITING = (DeliveryState.PLANNED, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE)
Found = tuple[Delivery, Bundle]


@dataclass(frozen=True)
class Claim:
    """What one sending thread needs to know.

    `attempt` tells this claim from a later one of the same delivery; `since` is when it was made, by `monotonic()`.
    """

    delivery_id: int
    attempt: int
    reference: str
    channel: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    since: float = field(default_factory=monotonic)


class Claims(list[Claim]):
    """What was claimed. `more`: the turn ended before it had looked at all that is due."""

    more = False


def claim_deliveries(
    work: UnitOfWork, book: AddressBook, most: int, without: Collection[tuple[str, int]] = ()
) -> Claims:
    """Claim at most `most` deliveries for as long as the lease; those of closed steps end here, unsent.

    A lease that ran out belonged to a worker that died or hangs: taken over, and marked, for it may have sent.
    Outside working hours only mails that may go at any hour are claimed.
    `without`: the channels (code, number) of a route that is down.
    """
    claims = Claims()
    policy = policy_of(work.session)
    night = not working_time(work.now, policy.hours, policy.calendar())
    where: list[Any] = [col(Bundle.any_hour)] if night else []
    if without:
        where.append(tuple_(col(Bundle.party), col(Delivery.channel)).not_in(without))
    for _ in range(MOST_LOOKS):
        if not (found := _found(work.session, work.now, most - len(claims), where)):
            return claims
        drop_closed(work, (bundle for _, bundle in found), book)
        claims += [_claim(*pair, book, work.now) for pair in found if pair[0].state != DeliveryState.PERMANENT]
    claims.more = True
    return claims


def hold_for_the_night(work: UnitOfWork) -> None:
    """What came due after hours waits for the opening: moved once, so that no later round of the night reads it."""
    policy = policy_of(work.session)
    opening = next_opening(work.now, policy.hours, policy.calendar())
    if opening <= work.now:
        return
    due = (col(Delivery.state).in_(WAITING), col(Delivery.next_try_at) <= work.now)
    asleep = select(Bundle.id).where(col(Bundle.id) == Delivery.bundle_id, ~col(Bundle.any_hour)).exists()
    work.session.connection().execute(update(Delivery).where(*due, asleep).values(next_try_at=opening))


def free_from_a_wrong_future(work: UnitOfWork) -> None:
    """A lease or a next try too far ahead was written while this machine's clock was wrong: it is over now."""
    lease, retry = col(Delivery.lease_until), col(Delivery.next_try_at)
    claimed = (col(Delivery.state) == DeliveryState.CLAIMED, lease > work.now + 2 * LEASE)
    waiting = (col(Delivery.state).in_(WAITING), retry > work.now + LONGEST_WAIT)
    connection = work.session.connection()
    connection.execute(update(Delivery).where(*claimed).values(lease_until=work.now))
    connection.execute(update(Delivery).where(*waiting).values(next_try_at=work.now))


def _oldest_first(*where: Any) -> Any:
    query = select(Delivery, Bundle).join(Bundle, col(Bundle.id) == Delivery.bundle_id).where(*where)
    return query.order_by(col(Delivery.next_try_at), col(Delivery.id)).limit(bindparam("most"))


DUE = (
    and_(col(Delivery.state) == DeliveryState.CLAIMED, col(Delivery.lease_until) <= bindparam("now")),
    *(and_(col(Delivery.state) == state, col(Delivery.next_try_at) <= bindparam("now")) for state in WAITING),
)
ALARMS = _oldest_first(or_(*DUE), Message.state == MessageState.BUNDLED, col(Message.acute)).join(
    Message, col(Message.bundle_id) == Delivery.bundle_id
)
"""By the index of alarms that nobody had yet: it costs those alarms, never the backlog around them."""
TURNS = (ALARMS, *(_oldest_first(due) for due in DUE))
"""The alarms, and a query for each state, by index; made once, since a busy round asks them hundreds of times."""


def _found(session: Session, now: datetime, most: int, where: Sequence[Any]) -> list[Found]:
    """Alarms first, a second try of one too; then the oldest of each state; and only of what fits `where`."""
    if most < 1:
        return []
    found: dict[int | None, Found] = {}
    for query in TURNS:
        rows = session.execute(query.where(*where) if where else query, {"now": now, "most": most})
        found |= {delivery.id: (delivery, bundle) for delivery, bundle in rows}
    return sorted(found.values(), key=lambda pair: _place(pair, now))[:most]


def _place(found: Found, now: datetime) -> tuple[bool, datetime, int]:
    delivery, bundle = found
    return not bundle.acute, delivery.next_try_at or now, delivery.id or 0


def _claim(delivery: Delivery, bundle: Bundle, book: AddressBook, now: datetime) -> Claim:
    if delivery.state == DeliveryState.CLAIMED:
        delivery.indefinite += 1
    delivery.state = DeliveryState.CLAIMED
    delivery.attempts += 1
    delivery.lease_until = now + LEASE
    channel = book.channel(bundle.party, delivery.channel)
    return Claim(delivery.id or 0, delivery.attempts, bundle.reference, channel, bundle.subject, bundle.body)
