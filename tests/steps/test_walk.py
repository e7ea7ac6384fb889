"""Whatever people answer, in whatever order and whenever: what must always be true, stays true (domain 2.4 and 2.5)."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from domain.case import CaseState, may_move
from domain.dutch import AMSTERDAM
from domain.messages import AFTER_CLOSING
from domain.process import PROCESS
from integrations.ledger.audit import verify
from integrations.ledger.case_view import case_view
from integrations.ledger.tables import RUNNING, Case, Message, MessageState, Organisation, Outbox, Risk, Step, StepState
from tests import stages
from tests.chain import Chain
from tests.walk import Walker

ACTS = 60
STAGES: list[Callable[[Chain], Chain]] = [stages.reported, stages.decided, stages.offered, stages.started]
HOUSEHOLDS = ["A:adult:1988 B:child:2015", "A:elder:1940 B:adult:1970", "A:adult:1990"]
WEIGHTS = {
    "finish": 60,
    "approve": 40,
    "clockwork": 15,
    "time": 8,
    "answer": 8,
    "hand": 5,
    "report": 3,
    "join": 3,
    "ack": 3,
}
LOCAL = (CaseState.HANDED_OVER, CaseState.MONITORING)


class Life:
    """A region in which anything is tried, drawn from one seed; after every act everything is looked at."""

    def __init__(self, chain: Chain, seed: int) -> None:
        self.chain, self.chance = chain, Random(seed)
        self.walker = Walker(STAGES[seed % len(STAGES)](chain), self.chance)
        self.states: dict[str, CaseState] = {}
        self.dues: dict[str, tuple[datetime | None, int]] = {}

    def live(self) -> None:
        names = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=ACTS)
        for name in names:
            self.act(name)
            self.look()
        with self.chain.ledger.reading() as session:
            assert verify(session) is None, "the audit trail is whole"

    def act(self, name: str) -> None:
        match name:
            case "clockwork":
                self.clockwork()
            case "time":
                self.chain.now += timedelta(hours=self.chance.choice([1, 20, 24, 72, 24 * 30]))
            case "report":
                given = {"persons": self.chance.choice(HOUSEHOLDS), "accepted_by": self.chance.choice(["", "VT-911"])}
                at, acute = f"{self.chain.now.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}", self.chance.random() < 0.5
                self.chain.report(at, possibly_acute=acute, **given)
            case "hand":
                self.walker.open(self.chance.choice(PROCESS).word)
            case "ack":
                self.walker.acknowledge()
            case _:
                getattr(self.walker, name)()

    def clockwork(self) -> None:
        """The sweep comes by when it next has something to do; twice, of which the second writes nothing."""
        with self.chain.ledger.reading() as session:
            ahead = session.exec(select(func.min(Step.next_action_at))).one()
        self.chain.now = max(self.chain.now, ahead or self.chain.now)
        self.chain.sweep()
        before = self.counts()
        assert (self.chain.sweep().planned, self.counts()) == (0, before)

    def counts(self) -> list[int]:
        tables: list[type[SQLModel]] = [Message, Outbox, Step]
        with self.chain.ledger.reading() as session:
            rows = [session.exec(select(func.count()).select_from(table)).one() for table in tables]
        return [*rows, self.chain.written()]

    def look(self) -> None:
        with self.chain.ledger.reading() as session:
            places = set(session.exec(select(Organisation.code)))
            steps = session.exec(select(Step).order_by(col(Step.id))).all()
            for case in session.exec(select(Case)).all():
                self.case_holds(session, case, [step for step in steps if step.case_id == case.id], places)
            for step in steps:
                self.step_holds(step)
            self.messages_hold(session)

    def case_holds(self, session: Session, case: Case, steps: list[Step], places: set[str]) -> None:
        state, closed = CaseState(case.state), case.state == CaseState.CLOSED
        running = [step for step in steps if step.state in RUNNING]
        seen = [step for step in running if step.state == StepState.OPEN or step.next_action_at]
        assert (case.sight in places) is not closed, "one organisation holds sight on an open case, none on a closed"
        assert bool(seen) is not closed, "an open case has a step that someone or the clockwork comes to"
        assert not (closed and running), "a closed case has no step that goes on"
        assert max(Counter((step.kind, step.subject) for step in running).values(), default=0) <= 1
        owners = session.exec(select(Risk.owner).where(Risk.case_id == case.id, col(Risk.resolved_at).is_(None)))
        assert set(owners) <= places, "every open risk has an owner"
        self.state_holds(session, case, state, {step.kind for step in running})

    def state_holds(self, session: Session, case: Case, state: CaseState, running: set[str]) -> None:
        before = self.states.get(case.reference, state)
        assert may_move(before, state), f"{before} → {state}"
        assert state != CaseState.HANDOVER_OFFERED or "warm_handover" in running
        assert state != CaseState.MONITORING or running & {"monitoring", "close_case"}, "monitoring never ends silently"
        assert state not in LOCAL or case.sight == "CJG-MEERDORP"
        if state == CaseState.HANDED_OVER != before:
            view = case_view(session, case)
            assert all(view.heard(person)[0] for person in view.persons), "nobody unheard is handed over"
            assert {risk.owner for risk in view.open_risks} <= {"CJG-MEERDORP"}, "every risk was taken over"
        self.states[case.reference] = state

    def step_holds(self, step: Step) -> None:
        due_at, version = self.dues.get(step.id, (step.due_at, step.deadline_version))
        later = due_at is not None and (step.due_at is None or step.due_at > due_at)
        assert not later or step.deadline_version > version, "a due moment moves later only by a recorded change"
        self.dues[step.id] = step.due_at, step.deadline_version
        if step.state == StepState.OPEN:
            assert step.owner, "an open step is somebody's"
        if step.state not in RUNNING:
            assert (step.next_action_at, bool(step.outcome), bool(step.closed_at)) == (None, True, True)

    def messages_hold(self, session: Session) -> None:
        told = select(Message, Step).join(Step, col(Step.id) == Message.step_id)
        for message, step in session.exec(told.where(Message.state == MessageState.PLANNED)):
            assert message.party, "no message is for nobody"
            silent = step.state != StepState.OPEN and message.rung not in AFTER_CLOSING
            assert not silent, "of a step that is done nothing is said but what came of its closing"


@pytest.mark.parametrize("seed", range(16))
def test_whatever_people_do_what_must_be_true_stays_true(chain: Chain, seed: int) -> None:
    life = Life(chain, seed)
    life.live()
    assert life.walker.done
