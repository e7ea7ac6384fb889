"""I5, I6 and I7: what the rows say of each other, of the trail and of the file they are in."""

from collections import defaultdict

from sqlalchemy import text
from sqlmodel import select

from domain.messages import AFTER_CLOSING, UNDELIVERED
from integrations.ledger import Ledger, audit
from integrations.ledger.tables import Audit, Delivery, DeliveryState, Message, MessageState, Step, StepState
from tests.faults.obligations import KNOWN
from tests.faults.witness import Found, Witness

GONE = frozenset({DeliveryState.SENT, DeliveryState.PERMANENT})


def not_too_late_nor_early(seen: Witness) -> Found:
    """I5: nothing decided for a step that was closed, but what came of the closing; nothing before its date."""
    rungs = {message.id: message.rung for message in seen.messages}
    for message in seen.messages:
        step = seen.steps[message.step_id]
        about = rungs.get(message.ordinal) if message.rung == UNDELIVERED else message.rung
        if step.closed_at is not None and message.planned_at > step.closed_at and about not in AFTER_CLOSING:
            yield f"I5 decided after the step was closed: message {message.id}"
        if message.owed_at is not None and message.owed_at > message.planned_at:
            yield f"I5 decided before its date: message {message.id}"
    moments = {
        (step.id, rung.name): rung.at
        for step in seen.owed.steps
        if step.opened_at and step.kind in KNOWN
        for rung in seen.owed.rungs(step)
    }
    for message in seen.messages:
        at = moments.get((message.step_id, message.rung))
        current = message.deadline_version == seen.steps[message.step_id].deadline_version
        if current and at is not None and message.planned_at < at:
            yield f"I5 decided before its rung: message {message.id}"


def along_arrows(seen: Witness) -> Found:
    """I6: message, mail and delivery tell the same; so do the moments of a step."""
    states: dict[int | None, set[str]] = defaultdict(set)
    for delivery in seen.deliveries:
        states[delivery.bundle_id].add(delivery.state)
        yield from (f"I6 {what}: delivery {delivery.id}" for what in _odd_delivery(delivery))
        if seen.settled and delivery.state not in GONE:
            yield f"I6 still {delivery.state}: delivery {delivery.id}"
    for message in seen.messages:
        if what := _odd_message(message, states[message.bundle_id]):
            yield f"I6 {what}: message {message.id}"
    for step in seen.owed.steps:
        if what := _odd_step(step):
            yield f"I6 {what}: step {step.id}"


def _odd_delivery(delivery: Delivery) -> Found:
    if (delivery.state == DeliveryState.CLAIMED) != (delivery.lease_until is not None):
        yield "a lease without a claim, or the other way about"
    if delivery.state in (DeliveryState.TEMPORARY, DeliveryState.INDEFINITE) and delivery.next_try_at is None:
        yield "to be tried again, never"
    if delivery.state == DeliveryState.SENT and delivery.attempts < 1:
        yield "sent without an attempt"
    if delivery.indefinite > delivery.attempts + 1:
        yield "more doubts than attempts"


def _odd_message(message: Message, deliveries: set[str]) -> str:
    bundled = message.bundle_id is not None
    match message.state:
        case MessageState.PLANNED:
            return "planned and bundled" if bundled else ""
        case MessageState.BUNDLED:
            return "" if bundled and deliveries - GONE else "bundled, and nothing is under way"
        case MessageState.SENT:
            return "" if DeliveryState.SENT in deliveries else "sent by no delivery"
        case MessageState.FAILED:
            return "failed while a delivery is not" if deliveries - {DeliveryState.PERMANENT} else ""
        case _:
            return "" if message.reason else f"{message.state} without a reason"


def _odd_step(step: Step) -> str:
    closed = step.state in (StepState.DONE, StepState.CANCELLED)
    if closed != (step.closed_at is not None):
        return "closed without a moment"
    if closed and step.next_action_at is not None:
        return "closed, and still looked at"
    if (step.state == StepState.OPEN) != (step.opened_at is not None) and not closed:
        return "open without a moment"
    return ""


def trail_whole(seen: Witness) -> Found:
    """I6: the trail is whole, and tells of every step how it began and how it ended."""
    if (at := audit.verify(seen.session)) is not None:
        yield f"I6 the trail breaks at {at}"
    acts: dict[str, set[str]] = defaultdict(set)
    for step_id, act, of in seen.session.exec(select(Audit.step_id, Audit.act, Audit.details)):
        acts[step_id].add(act)
        acts[str(of.get("of", ""))].add(act)
    for step in seen.owed.steps:
        if step.state == StepState.DONE and "stap-afgerond" not in acts[step.id]:
            yield f"I6 done, and the trail does not say so: {step.id}"
        if step.state == StepState.CANCELLED and "stap-vervallen" not in acts[step.id]:
            yield f"I6 cancelled, and the trail does not say so: {step.id}"


def database_whole(ledger: Ledger) -> Found:
    """I7: the file is whole and every key points somewhere (SQLite)."""
    if ledger.url.drivername != "sqlite":
        return
    with ledger.reader.connect() as connection:
        if connection.execute(text("PRAGMA integrity_check")).scalars().all() != ["ok"]:
            yield "I7 integrity_check"
        if connection.execute(text("PRAGMA foreign_key_check")).all():
            yield "I7 foreign_key_check"
