"""A walker through the whole process: answers at random, or as someone would who wants to get on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from sqlmodel import col, select

from domain.case import PersonRole
from domain.errors import Refusal
from domain.process import step_of
from domain.questions import Kind, Question
from domain.step import no_second
from domain.terms import local_date
from integrations.ledger.tables import RUNNING, Case, Step, StepState
from tasks.acknowledge import acknowledge
from tasks.add_person import add_person
from tasks.open_step import open_step
from tasks.read_form import StepForm, read_form
from tasks.record_answer import Recorded, record_answer
from tests.chain import Chain
from tests.region import DOOR, EVERYONE

GOOD = (
    "yes",
    "alone",
    "no_match",
    "phone",
    "met",
    "recovered",
    "accepted",
    "physical",
    "none",
    "thin",
    "no_new_violence",
)
ONWARD = ("not_acute", "restored", "structural", "handover", "accepted", "joint", "started", "continue", "held", "lost")
BY_CHANCE = ("approval", "extension", "belongs_to")
SECONDS = ("VT-209", "VT-901", "VT-203")


@dataclass
class Walker:
    """Draws what happens next; a refusal is part of life, and leaves everything as it was. Closing comes seldom."""

    chain: Chain
    chance: Random = field(default_factory=lambda: Random(0))
    refused: int = 0
    done: list[str] = field(default_factory=list)

    def running(self) -> list[Step]:
        """The steps that can be answered: open, or planned with a moment of their own that has come."""
        with self.chain.ledger.reading() as session:
            rows = session.exec(select(Step).where(col(Step.state).in_(RUNNING))).all()
        now = self.chain.now
        return [row for row in rows if row.state == StepState.OPEN or (row.opens_at and row.opens_at <= now)]

    def cases(self) -> list[str]:
        """The references of every case."""
        with self.chain.ledger.reading() as session:
            return list(session.exec(select(Case.reference)))

    def answer(self) -> None:
        """Someone, anyone, answers some of the questions of a step, anyhow."""
        if found := self._form():
            some = self.chance.sample(found.questions, self.chance.randint(1, min(5, len(found.questions))))
            self._record(found, {q.name: self._any(q, found) for q in some}, self.chance.choice(sorted(EVERYONE)))

    def finish(self) -> None:
        """The owner's side answers everything well, and ends the step in one of its ways."""
        if found := self._form():
            given = {q.name: self._good(q, found) for q in found.questions if q.name not in BY_CHANCE}
            given |= {q.name: self._ending(q, found) for q in found.questions if q.name == "outcome"}
            self._record(found, given, "KR-002" if found.kind == "mda_consultation" else "VT-201")

    def approve(self) -> None:
        """A second person looks at everything that waits for one."""
        for step in self.running():
            if not step.asked or step_of(step.kind).second is no_second:
                continue
            form = read_form(self.chain.ledger, step.id, self.chain.now)
            if any(question.name == "approval" for question in form.questions):
                verdict = "no" if self.chance.random() < 0.2 else "yes"
                self._record(form, {"approval": verdict}, self.chance.choice(SECONDS))

    def open(self, word: str) -> None:
        """Somebody opens a step by hand."""
        reference, by = self.chance.choice(self.cases()), self.chance.choice(["VT-201", "WT-201", "CM-001"])
        self._try(lambda: open_step(self.chain.ledger, reference, word, by, door=DOOR, now=self.chain.now))

    def join(self) -> None:
        """Somebody joins a household."""
        role, reference = self.chance.choice(list(PersonRole)), self.chance.choice(self.cases())
        now, ledger = self.chain.now, self.chain.ledger
        self._try(lambda: add_person(ledger, reference, role, None, "VT-201", door=DOOR, now=now))

    def acknowledge(self) -> None:
        """Someone takes up a step, urgent or not."""
        if found := self._form():
            by, ledger = self.chance.choice(sorted(EVERYONE)), self.chain.ledger
            self._try(lambda: acknowledge(ledger, found.step_id, by, door=DOOR, now=self.chain.now))

    def _form(self) -> StepForm | None:
        found = [step for step in self.running() if step.kind != "close_case" or self.chance.random() < 0.5]
        return read_form(self.chain.ledger, self.chance.choice(found).id, self.chain.now) if found else None

    def _record(self, form: StepForm, given: dict[str, object], by: str) -> None:
        now, ledger = self.chain.now, self.chain.ledger
        result = self._try(lambda: record_answer(ledger, form.step_id, given, by, door=DOOR, now=now))
        if isinstance(result, Recorded) and result.state == "done":
            self.done.append(form.kind)

    def _try(self, act: Callable[[], object]) -> object:
        before = self.chain.written()
        try:
            return act()
        except Refusal:
            self.refused += 1
            assert self.chain.written() == before
            return None

    def _any(self, question: Question, form: StepForm) -> object:
        match question.kind:
            case Kind.DATE:
                return local_date(self.chain.now).isoformat()
            case Kind.NUMBER:
                return self.chance.randint(question.low, min(question.high, question.low + 4))
            case Kind.CODE:
                return self.chance.choice(form.codes)
            case Kind.CASE:
                return self.chance.choice(self.cases())
        return self.chance.choice(question.choices).value

    def _ending(self, question: Question, form: StepForm) -> object:
        """Any ending, but half of the time one after which the case goes on."""
        onward = [choice.value for choice in question.choices if choice.value in ONWARD]
        return self.chance.choice(onward) if onward and self.chance.random() < 0.5 else self._any(question, form)

    def _good(self, question: Question, form: StepForm) -> object:
        values = [choice.value for choice in question.choices]
        if question.kind is Kind.CODE:
            return self.chance.choice(["WT-201", "WT-202", "ZG-001"])
        return next((value for value in GOOD if value in values), None) or self._any(question, form)
