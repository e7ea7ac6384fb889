"""A small region under a clock that jumps: sweeps and rounds of the post at whatever moment the machine believes in."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import col, select

from integrations.ledger import Ledger
from integrations.ledger.tables import Case, Delivery, DeliveryState, Message, MessageState, Step, StepState
from integrations.mail import Result, Verdict
from tasks.deliver_messages import deliver_messages
from tasks.read_messages import MOVES_WITH_THE_TERM
from tasks.sweep_deadlines import Swept, sweep_deadlines
from tests.chain import Chain
from tests.faults.tier import FULL
from tests.region import moment
from tests.stages import decided, started

STAGES: dict[str, tuple[Callable[[Chain], Chain], str]] = {
    "decided": (decided, "2026-04-29T09:00"),
    "in monitoring": (started, "2026-06-10T09:00"),
}
ENDED = (DeliveryState.SENT, DeliveryState.PERMANENT)
Key = tuple[str, str, str]


@dataclass
class Post:
    """Every mail that was sent, by channel and reference; while `down` nothing is, and each is tried again later."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        """A relay that takes everything, or answers 421."""
        if self.down:
            return Result(Verdict.TEMPORARY, "relay-421")
        self.sent.append((channel, reference))
        return Result(Verdict.SENT)


@dataclass
class World:
    """The ledger, the post, and the moment it really is. `early`: rungs that left by the right clock too soon."""

    ledger: Ledger
    now: datetime
    post: Post = field(default_factory=Post)
    early: list[Key] = field(default_factory=list)

    def tick(self, at: datetime, *, deliver: bool = True) -> Swept:
        """One sweep and one round of the post by the clock of the machine."""
        swept = sweep_deadlines(self.ledger, at)
        if deliver:
            deliver_messages(self.ledger, at, self.post)
        return swept

    def stay(self, *spans: timedelta) -> list[Swept]:
        """The right clock goes on, with a sweep and a round of the post after each of these spans."""
        return [self._right(span) for span in spans]

    def _right(self, span: timedelta) -> Swept:
        self.now += span
        before = {m.id for m in self.messages() if m.state == MessageState.SENT}
        swept = self.tick(self.now)
        for m in self.messages():
            left = m.state == MessageState.SENT and m.id not in before
            if left and m.rung in MOVES_WITH_THE_TERM and m.owed_at and m.owed_at > self.now:
                self.early.append((m.step_id, m.party, m.rung))
        return swept

    def messages(self) -> list[Message]:
        """Every message, in the order it was decided."""
        with self.ledger.reading() as session:
            return list(session.exec(select(Message).order_by(col(Message.id))))

    def keys(self) -> set[Key]:
        """Who was to be told what of which step, alarms aside; a case by its household, for references are drawn."""
        with self.ledger.reading() as session:
            asked = select(Step.id, Case.household).join(Case, col(Case.id) == Step.case_id)
            names = {id_: f"{household}{id_[-4:]}" for id_, household in session.exec(asked)}
        return {(names[m.step_id], m.party, m.rung) for m in self.messages() if m.rung != "ACUTE"}

    def waiting(self) -> list[str]:
        """Messages and mails that still wait, and open alarms that the sweep will not look at again."""
        with self.ledger.reading() as session:
            mails = session.exec(select(Delivery).where(col(Delivery.state).not_in(ENDED))).all()
            alarms = session.exec(select(Step).where(Step.state == StepState.OPEN, col(Step.acute))).all()
            told = [(m, session.get_one(Step, m.step_id).opens_at) for m in self.messages()]
        found = [f"{m.rung} to {m.party}: {m.state}" for m, opens in told if self._waits(m, opens)]
        found += [f"mail {mail.id}: {mail.state}" for mail in mails]
        return found + [f"alarm {step.id}" for step in alarms if not (step.acknowledged_at or step.next_action_at)]

    def _waits(self, message: Message, opens: datetime | None) -> bool:
        """Not for its own moment: decided by a wrong clock, it may stay planned until it is owed."""
        ahead = message.planned_at > self.now and message.planned_at in (message.owed_at, opens)
        planned = message.state == MessageState.PLANNED and not ahead
        return planned or message.state == MessageState.BUNDLED

    def twice(self) -> list[object]:
        """Mails that went out twice, and rungs that were decided twice; an alarm may sound again."""
        mails = [mail for mail, times in Counter(self.post.sent).items() if times > 1]
        told = Counter((m.step_id, m.party, m.rung, m.ordinal) for m in self.messages() if m.rung != "ACUTE")
        return [*mails, *(key for key, times in told.items() if times > 1)]

    def negative(self) -> list[Key]:
        """Messages decided or due to leave before they were owed."""
        late = ((m, m.owed_at) for m in self.messages())
        return [(m.step_id, m.party, m.rung) for m, owed in late if owed and m.planned_at < owed]

    def alarms(self, since: datetime) -> int:
        """How many alarms were sent that were owed in the right time after this moment."""
        found = (m for m in self.messages() if m.acute and m.state == MessageState.SENT and m.owed_at)
        return sum(since <= m.owed_at <= self.now for m in found if m.owed_at)


def world(chain: Chain, stage: str) -> World:
    """One case at this stage and one that was reported acute an hour ago and nobody took up; all is said up to now."""
    make, begin = STAGES[stage]
    make(chain)
    made = World(chain.ledger, moment(begin).astimezone(UTC))
    received = (moment(begin) - timedelta(hours=1)).isoformat()[:16]
    chain.report(received, household="H-2", possibly_acute=True)
    made.tick(made.now)
    return made


def quarter() -> timedelta:
    """Between two sweeps."""
    return timedelta(minutes=15)


def weeks(number: int) -> Iterable[timedelta]:
    """A sweep a week for so many weeks, in the full tier two, at the same hour."""
    return [timedelta(days=days) for _ in range(number) for days in ((3, 4) if FULL else (7,))]
