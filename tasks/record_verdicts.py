"""Write down what became of the sends, and what that means for the messages in them."""

from collections import Counter
from collections.abc import Container, Sequence
from datetime import timedelta

from sqlmodel import col, select, update

from domain.delivery import next_try
from integrations.ledger import UnitOfWork
from integrations.ledger.tables import Delivery, DeliveryState, Message, MessageState
from integrations.mail import Result, Verdict
from tasks.claim_deliveries import Claim
from tasks.fail_message import fail
from tasks.read_messages import read_messages

Outcome = tuple[Claim, Result | None]
WAITING = frozenset({MessageState.BUNDLED})
NOT_BUNDLED = [state for state in MessageState if state is not MessageState.BUNDLED]


def record_verdicts(work: UnitOfWork, outcomes: Sequence[Outcome]) -> Counter[Verdict]:
    """Record these outcomes; counts what they became (a temporary one without a next try is permanent)."""
    rows = _rows(work, [claim.delivery_id for claim, _ in outcomes])
    became: Counter[Verdict] = Counter()
    sent: set[int] = set()
    lost: dict[int, str] = {}
    for claim, result in outcomes:
        delivery = rows[claim.delivery_id]
        if not _still_counts(delivery, claim, result):
            continue
        if result is None:
            _hand_back(delivery)
            continue
        verdict = Verdict.PERMANENT if delivery.bounced_at else _record(delivery, result, work)
        became[verdict] += 1
        if verdict is Verdict.SENT:
            sent.add(delivery.bundle_id)
        elif verdict is Verdict.PERMANENT:
            lost[delivery.bundle_id] = delivery.reason
    if sent:
        messages_sent(work, sent)
    for bundle, reason in lost.items():
        messages_lost(work, bundle, reason)
    return became


def _rows(work: UnitOfWork, ids: list[int]) -> dict[int | None, Delivery]:
    found = work.session.exec(select(Delivery).where(col(Delivery.id).in_(ids)))
    return {delivery.id: delivery for delivery in found}


def _still_counts(delivery: Delivery, claim: Claim, result: Result | None) -> bool:
    """A worker that slept past its lease has lost the claim; only that it did send is still news.

    And not even that when the mail came back meanwhile, or when what it sent under that number was given up or lost.
    """
    if delivery.state == DeliveryState.SENT:
        return False
    if delivery.attempts == claim.attempt:
        return result is not None or delivery.bounced_at is None
    if delivery.bounced_at or result is None or result.verdict is not Verdict.SENT:
        return False
    return not result.remote or result.remote != delivery.remote_id


def _hand_back(delivery: Delivery) -> None:
    """Not sent: as if it was never claimed, and at its own place in the queue."""
    delivery.attempts -= 1
    delivery.state = DeliveryState.TEMPORARY if delivery.attempts else DeliveryState.PLANNED
    delivery.lease_until = None


def _record(delivery: Delivery, result: Result, work: UnitOfWork) -> Verdict:
    verdict, wait = result.verdict, None
    doubted = delivery.indefinite > 0 and delivery.attempts > 1
    if verdict is Verdict.INDEFINITE:
        delivery.indefinite += 1
    if verdict is Verdict.TEMPORARY or (verdict is Verdict.INDEFINITE and (result.looks or not doubted)):
        wait = next_try(delivery.attempts)
    if wait is not None:
        wait = max(wait, timedelta(seconds=result.wait))
    if verdict is not Verdict.SENT and wait is None:
        verdict = Verdict.PERMANENT
    delivery.state, delivery.reason = DeliveryState(verdict), result.reason
    delivery.remote_id = result.remote or delivery.remote_id
    delivery.verdict_at, delivery.lease_until = work.now, None
    delivery.next_try_at = work.now + wait if wait else None
    return verdict


def messages_sent(work: UnitOfWork, bundles: set[int]) -> None:
    """What these mails told is sent; said as what they are not, so that the index of bundles is used, not of states."""
    told = update(Message).where(col(Message.bundle_id).in_(bundles), col(Message.state).not_in(NOT_BUNDLED))
    work.session.connection().execute(told.values(state=MessageState.SENT))


def messages_lost(work: UnitOfWork, bundle: int, reason: str, states: Container[str] = WAITING) -> None:
    """Failed when no other channel has brought this mail, or still may; what need not be said any more goes silent."""
    work.session.flush()
    found = work.session.exec(select(Delivery.state).where(Delivery.bundle_id == bundle)).all()
    if not set(found) <= {DeliveryState.PERMANENT}:
        return
    read = read_messages(work.session, work.now, col(Message.bundle_id) == bundle)
    told = [item for item in read if item.message.state in states]
    for item in told:
        if item.silence:
            item.hush()
    fail(work, [item.message for item in told if not item.silence], reason)
