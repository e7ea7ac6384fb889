"""What a test may see of a region's ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from domain.dutch import AMSTERDAM
from integrations.ledger import Ledger
from integrations.ledger.tables import RUNNING, Audit, Case, Message, Person, Risk, Step, StepState
from tasks.read_form import StepForm, read_form
from tests.region import START


@dataclass
class Looking:
    """Looks at the ledger at `now`, at the case `reference`."""

    ledger: Ledger
    now: datetime = START
    reference: str = ""

    @property
    def case(self) -> Case:
        """The case as it is now."""
        with self.ledger.reading() as session:
            return session.exec(select(Case).where(Case.reference == self.reference)).one()

    def steps(self, word: str) -> list[Step]:
        """The steps of this word, in the order they were made."""
        return [row for row in self._steps() if row.kind == word]

    def step(self, step: str) -> Step:
        """The step of this word, word/subject or word#id: the open one, else the planned one, else the last."""
        step, _, id_ = step.partition("#")
        word, _, subject = step.partition("/")
        found = [row for row in self.steps(word) if row.subject.startswith(subject) and row.id.startswith(id_)]
        for state in RUNNING:
            if running := [row for row in found if row.state == state]:
                return running[0]
        return found[-1]

    def form(self, step: str) -> StepForm:
        """What this step asks now."""
        return read_form(self.ledger, self.step(step).id, self.now)

    def asked(self, step: str) -> tuple[str, ...]:
        """The names of the questions of this step."""
        return tuple(question.name for question in self.form(step).questions)

    def due(self, step: str) -> str:
        """When this step is due: a day, with the time when that is not the end of the day."""
        due_at = self.step(step).due_at
        return "" if due_at is None else f"{due_at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}".removesuffix(" 23:59")

    def open_words(self) -> list[str]:
        """The words of the open steps of the case, in order of the alphabet."""
        return sorted(self._ids(StepState.OPEN).values())

    def planned_words(self) -> list[str]:
        """The same for the planned ones."""
        return sorted(self._ids(StepState.PLANNED).values())

    def told(self, step: str, rung: str) -> list[str]:
        """The parties that a rung of this step was planned for, in the order it was decided."""
        return [m.party for m in self.messages(step) if m.rung == rung and m.state not in ("skipped",)]

    def messages(self, step: str = "") -> Sequence[Message]:
        """The messages of this step, or of every step."""
        wanted = select(Message).order_by(col(Message.id))
        with self.ledger.reading() as session:
            return session.exec(wanted.where(Message.step_id == self.step(step).id) if step else wanted).all()

    def risks(self) -> Sequence[Risk]:
        """The risks of the case."""
        with self.ledger.reading() as session:
            return session.exec(select(Risk).where(Risk.case_id == self.case.id).order_by(Risk.key)).all()

    def keys(self) -> str:
        """The keys of the household, e.g. 'ABCD'."""
        with self.ledger.reading() as session:
            return "".join(session.exec(select(Person.key).where(Person.case_id == self.case.id).order_by(Person.key)))

    def _steps(self) -> Sequence[Step]:
        wanted = select(Step).join(Case, col(Case.id) == Step.case_id).where(Case.reference == self.reference)
        with self.ledger.reading() as session:
            return session.exec(wanted.order_by(col(Step.id))).all()

    def _ids(self, state: StepState) -> dict[str, str]:
        return {step.id: step.kind for step in self._steps() if step.state == state}

    def written(self) -> int:
        """How many acts the audit trail holds."""
        with self.ledger.reading() as session:
            return session.exec(select(func.count()).select_from(Audit)).one()
