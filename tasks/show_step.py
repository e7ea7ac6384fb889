"""Show one step to one reader: what it asks, what is known, what is missing. The reading is logged."""

from dataclasses import dataclass
from datetime import datetime

from domain.access import Access, step_access
from domain.questions import Question
from integrations.ledger import Ledger
from integrations.ledger.case_view import case_view
from integrations.ledger.policy import policy_of
from integrations.ledger.suspending import suspended, time_taken
from integrations.ledger.tables import Case, Step
from tasks.log_reading import log_reading, reader, refuse_reading
from tasks.read_form import read_form


@dataclass(frozen=True)
class StepSheet:
    """A step as one reader sees it. With access `outline` the questions, answers and gaps are left out.

    `can_answer`: it is open, or its moment has come. `gross_days`: since the clock started until now or the closing, in
    working days for a term in working days (`counted_in`); `net_days` without what was suspended.
    """

    id: str
    case_reference: str
    access: str
    kind: str
    title: str
    state: str
    outcome: str
    owner: str
    can_answer: bool
    late: bool
    acute: bool
    acknowledged: bool
    due_at: datetime | None
    explanation: str
    waiting_cause: str
    questions: tuple[Question, ...]
    answers: dict[str, str | int]
    missing: tuple[str, ...]
    codes: tuple[str, ...]
    suspended_until: datetime | None = None
    gross_days: int | None = None
    net_days: int | None = None
    counted_in: str = ""


def show_step(ledger: Ledger, step_id: str, by: str, now: datetime, *, logged_at: datetime) -> StepSheet:
    """The step as `by` may see it at `now`. Raises KR-STAP-ONBEKEND, KR-CODE-ONBEKEND or KR-ROL."""
    person = reader(ledger, by)
    form = read_form(ledger, step_id, now)
    with ledger.reading() as session:
        row = session.get(Step, form.step_id)
        case = session.get(Case, row.case_id) if row else None
        assert row is not None
        assert case is not None
        level = step_access(person, case_view(session, case), row.owner)
        taken = time_taken(session, row, policy_of(session), now)
    if level is Access.NONE:
        raise refuse_reading(ledger, person, logged_at, case=case.reference, step=row.id)
    log_reading(ledger, person, logged_at, "stap-ingezien", case=case.reference, step=row.id)
    whole = level is Access.WHOLE
    return StepSheet(
        id=row.id,
        case_reference=case.reference,
        access=level,
        kind=form.kind,
        title=form.title,
        state=row.state,
        outcome=row.outcome,
        owner=row.owner,
        can_answer=form.open,
        late=form.late,
        acute=form.acute,
        acknowledged=row.acknowledged_at is not None,
        due_at=row.due_at,
        explanation=row.explanation,
        waiting_cause=row.waiting_cause,
        questions=form.questions if whole else (),
        answers=dict(form.values) if whole else {},
        missing=form.missing if whole else (),
        codes=form.codes if whole else (),
        suspended_until=row.suspended_until if suspended(row, now) else None,
        gross_days=taken.gross if taken else None,
        net_days=taken.net if taken else None,
        counted_in=taken.unit if taken else "",
    )
