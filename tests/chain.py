"""One region and its cases, driven through the real doors of the core: report, record, open, join, sweep."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from domain.case import PersonRole
from domain.errors import Refusal, RoleRefusal
from domain.reports import IncomingPerson, IncomingReport
from integrations.ledger import Actor
from integrations.ledger.tables import StepState
from tasks.acknowledge import acknowledge
from tasks.add_person import add_person
from tasks.open_step import open_step
from tasks.receive_report import Received, receive
from tasks.record_answer import Recorded, record_answer
from tasks.sweep_deadlines import Swept, sweep_deadlines
from tests.looking import Looking
from tests.region import DOOR, EVERYONE, HOUSEHOLD, RECEIVED, moment


@dataclass
class Chain(Looking):
    """Acts at `now`, which every `at` moves on; `reference` is the last case that was new."""

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
        assert self.ledger.url.drivername == "sqlite", "only a ledger in a file can be copied"
        return Path(str(self.ledger.url.database))

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


def _person(text: str) -> IncomingPerson:
    key, role, year = text.split(":")
    return IncomingPerson(key=key, role=role, birth_year=int(year) if year else None)
