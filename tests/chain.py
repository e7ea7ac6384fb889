"""One region and its cases, driven through the real doors of the core: report, record, sweep, and look."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from domain.case import PersonRole
from domain.dutch import AMSTERDAM
from domain.errors import Refusal, RoleRefusal
from domain.reports import IncomingPerson, IncomingReport
from integrations.ledger import Actor, Ledger
from integrations.ledger.tables import Audit, Case, Message, Person, Risk, Step, StepState
from integrations.region_file import Region, read_region
from tasks.acknowledge import acknowledge
from tasks.add_person import add_person
from tasks.load_region import load_region
from tasks.open_step import open_step
from tasks.read_form import StepForm, read_form
from tasks.receive_report import Received, receive
from tasks.record_answer import Recorded, record_answer
from tasks.sweep_deadlines import Swept, sweep_deadlines

DOOR = "opdracht"
RECEIVED = "2026-04-20T22:05"
HOUSEHOLD = "A:adult:1988 B:adult:1985 C:child:2012 D:child:2017"

# One code for each role of the region; VT-911 is on call, WT-201 a case director.
VT = frozenset({"VT-202", "VT-209", "VT-901", "VT-911"})
LOCAL = frozenset({"WT-201", "WT-202", "WT-209"})
EVERYONE = VT | LOCAL | {"VT-990", "KR-001", "KR-002", "ZG-001", "CM-001", "AO-001", "SG-001"}


def moment(text: str) -> datetime:
    """A moment on the Amsterdam clock, e.g. '2026-04-28T10:00'."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


START = moment(RECEIVED)


@cache
def kustland() -> Region:
    """The synthetic region."""
    with as_file(files("deployments.demo").joinpath("kustland.toml")) as path:
        return read_region(path)


def with_region(ledger: Ledger) -> Ledger:
    """The same ledger, with the synthetic region in it."""
    load_region(ledger, kustland(), moment(RECEIVED))
    return ledger


@dataclass
class Chain:
    """Acts at `now`, which every `at` moves on; answers for the case `reference`, the last one that was new."""

    ledger: Ledger
    now: datetime = START
    reference: str = ""
    reports: int = 0

    def at(self, text: str) -> "Chain":
        """It is now this moment; nothing happens by itself."""
        self.now = moment(text) if text else self.now
        return self

    def saved(self) -> tuple[bytes, "Chain"]:
        """The ledger as it is on disk, and where the chain was."""
        self.ledger.dispose()
        return self._file.read_bytes(), replace(self)

    def restored(self, saved: tuple[bytes, "Chain"]) -> None:
        """Back to what was saved."""
        content, was = saved
        self.ledger.dispose()
        self._file.write_bytes(content)
        self.now, self.reference, self.reports = was.now, was.reference, was.reports

    @property
    def _file(self) -> Path:
        return Path(str(self.ledger.url.database))

    # acts

    def report(self, at: str = RECEIVED, *, persons: str = HOUSEHOLD, read_at: str = "", **more: object) -> Received:
        """A report received at `at`, recorded then or at `read_at`; accepted by the duty desk unless told otherwise."""
        received = moment(at)
        self.at(read_at or at).reports += 1
        given: dict[str, object] = {
            "source": "POL-KUST",
            "number": f"P-{self.reports}",
            "received_at": received,
            "channel": "file",
            "reporter_class": "police",
            "disclosure": "open",
            "concern": "child_abuse",
            "municipality": "MEERDORP",
            "household": "H-1",
            "persons": tuple(_person(text) for text in persons.split()),
            "feedback_wanted": True,
            "accepted_by": "VT-911",
        }
        with self.ledger.unit_of_work(now=self.now, actor=Actor("VT-911", "vt_on_call", DOOR)) as uow:
            done = receive(uow, IncomingReport.model_validate(given | more), self.now)
        self.reference = done.case_reference if done.new_case else self.reference
        return done

    def record(self, step: str, by: str, at: str = "", **given: object) -> Recorded:
        """An answer to the step of this word (or word/subject); raises the refusal it meets."""
        return record_answer(self.ledger, self.step(step).id, given, by, door=DOOR, now=self.at(at).now)

    def follows(self, step: str, by: str, at: str = "", **given: object) -> set[str]:
        """The words of the steps this answer opened; the answer must close its step."""
        before = self._ids(StepState.OPEN)
        assert self.record(step, by, at, **given).state == "done"
        return {kind for id_, kind in self._ids(StepState.OPEN).items() if id_ not in before}

    def missing(self, step: str, by: str, at: str = "", **given: object) -> tuple[str, ...]:
        """What is missing after this answer; the step stays open, and no step opens, closes or is planned by it."""
        before = self.open_words(), self.planned_words(), self.case.state
        result = self.record(step, by, at, **given)
        assert (result.state, result.refused) == ("open", "KR-ONVOLLEDIG")
        assert before == (self.open_words(), self.planned_words(), self.case.state)
        return result.missing

    def refused(self, code: str, step: str, by: str, at: str = "", **given: object) -> None:
        """This answer is refused with this code, and not a trace of it is kept."""
        before = self.written()
        with pytest.raises(Refusal) as refusal:
            self.record(step, by, at, **given)
        assert refusal.value.code == code
        assert self.written() == before

    def may_record(self, step: str) -> frozenset[str]:
        """Who of EVERYONE may answer this step: each tries the question that every step has."""
        return frozenset(code for code in sorted(EVERYONE) if self._may(step, code))

    def _may(self, step: str, code: str) -> bool:
        try:
            return self.record(step, code, delay_cause="waits_for_person").state == "open"
        except RoleRefusal:
            return False

    def open(self, word: str, by: str, at: str = "") -> str:
        """Open a step by hand."""
        return open_step(self.ledger, self.reference, word, by, door=DOOR, now=self.at(at).now)

    def may_open(self, word: str) -> frozenset[str]:
        """Who of EVERYONE may open such a step by hand while none runs; one is left open if anybody may."""
        with suppress(RoleRefusal):
            self.open(word, "VT-201")
        return frozenset(code for code in sorted(EVERYONE) if self._opens(word, code))

    def _opens(self, word: str, code: str) -> bool:
        """Who has the role hears that the step runs already; who has not, that the role is missing."""
        with pytest.raises(Refusal) as refusal:
            self.open(word, code)
        assert refusal.value.code in ("KR-ROL", "KR-STAP-LOOPT")
        return refusal.value.code == "KR-STAP-LOOPT"

    def join(self, role: str, birth_year: int | None, by: str = "VT-201", at: str = "") -> str:
        """A member joins the household; the key."""
        now = self.at(at).now
        return add_person(self.ledger, self.reference, PersonRole(role), birth_year, by, door=DOOR, now=now)

    def acknowledge(self, step: str, by: str, at: str = "") -> None:
        """Someone takes up an urgent step."""
        acknowledge(self.ledger, self.step(step).id, by, door=DOOR, now=self.at(at).now)

    def sweep(self, at: str = "") -> Swept:
        """One sweep."""
        return sweep_deadlines(self.ledger, self.at(at).now)

    # looking

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
        for state in (StepState.OPEN, StepState.PLANNED):
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


def _person(text: str) -> IncomingPerson:
    key, role, year = text.split(":")
    return IncomingPerson(key=key, role=role, birth_year=int(year) if year else None)
