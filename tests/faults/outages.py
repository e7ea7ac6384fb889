"""A case that stands still while everything around it does: the clockwork is away, or the mail relay is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from domain.ladder import rungs_of
from domain.process import step_of
from domain.terms import at_hour, local_date
from integrations.ledger import SYSTEM, settings_table
from integrations.ledger.open_steps import lateness
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Message, MessageState, Step, StepState
from tasks.deliver_messages import Delivered, deliver_messages
from tests import stages
from tests.chain import Chain
from tests.faults.spool import Spool

STAGES: dict[str, Callable[[Chain], Chain]] = {
    "assessment": stages.reported,
    "visit": stages.decided,
    "hand-over": stages.offered,
    "monitoring": stages.started,
}
WAITING = (MessageState.PLANNED, MessageState.BUNDLED)


@dataclass(frozen=True)
class Boundary:
    """A moment at which a rung of a step comes due."""

    step_id: str
    rung: str
    at: datetime


def boundaries(chain: Chain) -> list[Boundary]:
    """Every rung of every open step, from now on, in order of time."""
    with chain.ledger.reading() as session:
        policy = policy_of(session)
        steps = session.exec(select(Step).where(Step.state == StepState.OPEN)).all()
    found = [
        Boundary(step.id, rung.name, rung.at)
        for step in steps
        for rung in rungs_of(step_of(step.kind), lateness(step), policy)
        if rung.at > chain.now
    ]
    return sorted(found, key=lambda boundary: (boundary.at, boundary.step_id))


def still(chain: Chain) -> None:
    """From now on time moves only when a test says so."""
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")


def sweep_at(chain: Chain, moments: Sequence[datetime]) -> None:
    """The clockwork comes by at each of these moments, in order."""
    for at in moments:
        chain.now = at
        chain.sweep()


def deliver(chain: Chain, spool: Spool, by: str) -> Delivered:
    """Everything that waits goes out: now, or on the first mornings after it."""
    total = Delivered()
    while waiting(chain):
        done = deliver_messages(chain.ledger, chain.now, spool.sender(by))
        total = Delivered(total.sent + done.sent, total.temporary + done.temporary, total.permanent + done.permanent)
        if waiting(chain):
            chain.now = at_hour(local_date(chain.now) + timedelta(days=1), 10)
    return total


def waiting(chain: Chain) -> int:
    """How many messages are still to go."""
    with chain.ledger.reading() as session:
        return len(session.exec(select(Message.id).where(col(Message.state).in_(WAITING))).all())


def planned_since(chain: Chain, number: int) -> list[Message]:
    """What was decided after the message with this number."""
    return [message for message in chain.messages() if (message.id or 0) > number]
