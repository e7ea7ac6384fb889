"""The window a question is about, and the tables as plain SQL sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy import case as when
from sqlmodel import Session, SQLModel

import integrations.ledger.tables  # noqa: F401 - fills the metadata
from domain.steps.safety_assessment import SUPPLEMENT

_TABLES = SQLModel.metadata.tables
STEPS, CASES, ANSWERS = _TABLES["step"], _TABLES["case_file"], _TABLES["answer"]
REPORTS = _TABLES["report"]
STEP: Any = STEPS.c
CASE: Any = CASES.c
ANSWER: Any = ANSWERS.c
REPORT: Any = REPORTS.c
PERSON: Any = _TABLES["person"].c

Rows = Sequence[Any]


@dataclass(frozen=True)
class Window:
    """From `begins` up to `ends`, as known at `known` (all aware), in one ledger."""

    session: Session
    begins: datetime
    ends: datetime
    known: datetime

    @property
    def closing(self) -> datetime:
        """The moment of the states: the end of the period, or `known` while it still runs."""
        return min(self.ends, self.known)

    def before_end(self, moment: Any) -> Any:
        """Happened before the end, and known."""
        return and_(moment < self.ends, moment <= self.known)

    def holds(self, moment: Any) -> Any:
        """Happened inside, and known."""
        return and_(moment >= self.begins, self.before_end(moment))

    def open_at_end(self, opened: Any, closed: Any) -> Any:
        """Begun before the end and not over by then."""
        return and_(self.before_end(opened), or_(closed.is_(None), ~self.before_end(closed)))

    def taken_in(self, which: Any) -> Any:
        """Recorded by then: the moment a report was recorded is the opening of its intake."""
        return exists().where(which, STEP.kind == "report_intake", STEP.opened_at <= self.known)

    def rows(self, query: Select[Any]) -> Rows:
        """The answer to one query."""
        return self.session.connection().execute(query).all()


def steps(*columns: Any) -> Select[Any]:
    """A query over steps with their cases."""
    return select(*columns).select_from(STEPS.join(CASES, CASE.id == STEP.case_id))


def answers(*columns: Any) -> Select[Any]:
    """A query over answers with their steps and cases."""
    both = STEPS.join(CASES, CASE.id == STEP.case_id).join(ANSWERS, ANSWER.step_id == STEP.id)
    return select(*columns).select_from(both)


def given(name: str) -> Any:
    """The recorded answer to one question, NULL where it was not answered."""
    return ANSWER.given[name].as_string()


def counted() -> Any:
    """A supplement for a member who joined later is no second assessment."""
    return or_(STEP.kind != "safety_assessment", ~STEP.subject.startswith(SUPPLEMENT))


def how_many(condition: Any) -> Any:
    """How many rows of a group meet this."""
    return func.coalesce(func.sum(when((condition, 1), else_=0)), 0)


def places(session: Session) -> tuple[tuple[str, str], ...]:
    """The municipalities of the region: code and title, by title."""
    table = _TABLES["municipality"].c
    rows = session.connection().execute(select(table.code, table.title).order_by(table.title))
    return tuple((code, title) for code, title in rows)


def last_recorded(session: Session) -> datetime | None:
    """The moment of the last act or sweep in this ledger."""
    audit, sweeps = _TABLES["audit"].c, _TABLES["sweep_run"].c
    connection = session.connection()
    acted = connection.execute(select(audit.at).order_by(audit.seq.desc()).limit(1)).scalar()
    swept = connection.execute(select(sweeps.at).order_by(sweeps.id.desc()).limit(1)).scalar()
    return max((moment for moment in (acted, swept) if moment is not None), default=None)
