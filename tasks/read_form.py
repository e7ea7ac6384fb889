"""Read what a step asks now: the form of the Prefect UI and `ketenregie step show` are made from this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from domain.dutch import day_text, moment_text
from domain.errors import CATALOGUE, UnknownRefusal
from domain.gates import questions_of
from domain.process import step_of
from domain.questions import Question, Value
from domain.step import Context
from domain.step import Step as Kind
from domain.steps.warm_handover import not_heard, trained_for
from domain.terms import local_date
from integrations.ledger import Ledger
from integrations.ledger.case_view import case_view
from integrations.ledger.people import roster
from integrations.ledger.policy import policy_of
from integrations.ledger.suspending import suspended
from integrations.ledger.tables import Answer, Case, Step, StepState


@dataclass(frozen=True)
class StepForm:
    """A step's form. `key` names this asking; `values` are the answers known; `missing` what closing still needs."""

    step_id: str
    kind: str
    title: str
    case_reference: str
    key: str
    description: str
    questions: tuple[Question, ...]
    codes: tuple[str, ...]
    open: bool
    late: bool
    acute: bool
    values: Mapping[str, Value] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def read_form(ledger: Ledger, step_id: str, now: datetime) -> StepForm:
    """The form of this step at `now`. Raises UnknownRefusal KR-STAP-ONBEKEND."""
    with ledger.reading() as session:
        step = session.get(Step, step_id.strip().upper())
        if step is None:
            raise UnknownRefusal("KR-STAP-ONBEKEND")
        case = session.get(Case, step.case_id)
        assert case is not None
        kind, context = step_of(step.kind), _context(session, case, step, now)
        codes = tuple(sorted(roster(session).assignable()))
        missing = kind.gaps(context)
        return StepForm(
            step_id=step.id,
            kind=kind.word,
            title=kind.title,
            case_reference=case.reference,
            key=f"answer-{step.asked}",
            description=_description(session, step, kind, context, missing, now),
            questions=questions_of(kind, context),
            codes=codes,
            open=_is_open(step, now),
            late=is_late(step, now),
            acute=step.acute,
            values=dict(context.facts),
            missing=missing,
        )


def _context(session: Session, case: Case, step: Step, now: datetime) -> Context:
    view = case_view(session, case)
    own = next(found for found in view.steps if found.id == step.id)
    return Context(view, own, policy_of(session), now)


def _is_open(step: Step, now: datetime) -> bool:
    """Open, or planned with its moment come: the first answer opens it."""
    ripe = step.state == StepState.PLANNED and step.opens_at is not None and step.opens_at <= now
    return step.state == StepState.OPEN or ripe


def is_late(step: Step, now: datetime) -> bool:
    """Past its due moment, or refused, while still open."""
    past = step.due_at is not None and step.due_at < now
    return step.state == StepState.OPEN and (past or step.stalled_at is not None)


def _description(
    session: Session, step: Step, kind: Kind, context: Context, missing: tuple[str, ...], now: datetime
) -> str:
    lines: list[str] = []
    if step.due_at is not None:
        late = " **Te laat.**" if is_late(step, now) else ""
        lines.append(f"Uiterlijk **{moment_text(step.due_at)}** ({step.explanation}).{late}")
    if suspended(step, now) and step.suspended_until is not None:
        lines.append(f"**Opgeschort** tot en met {day_text(local_date(step.suspended_until))}.")
    lines += _last_refusal(session, step)
    if missing:
        lines.append("Nog nodig om af te ronden:\n\n" + "\n".join(f"- {gap}" for gap in missing))
    if kind.word == "warm_handover":
        lines += _handover_lines(session, context)
    return "\n\n".join(lines)


def _handover_lines(session: Session, context: Context) -> list[str]:
    lines = []
    if unheard := not_heard(context):
        lines.append("Let op in het pakket:\n\n" + "\n".join(f"- {line}" for line in unheard))
    if trained := trained_for(context, roster(session)):
        codes = ", ".join(trained)
        lines.append(
            f"Geweigerd omdat deskundigheid ontbreekt. Hierin geschoold: {codes}. Veilig Thuis kan ondersteunen."
        )
    return lines


def _last_refusal(session: Session, step: Step) -> list[str]:
    """What was wrong with the last answer, if it was refused; the step's own list says what is missing."""
    last = session.exec(select(Answer).where(Answer.step_id == step.id).order_by(col(Answer.id).desc())).first()
    if last is None or last.refused in ("", "KR-ONVOLLEDIG"):
        return ["Het vorige antwoord is bewaard, maar de stap is nog niet compleet."] if last and last.refused else []
    entry = CATALOGUE[last.refused]
    sentence = entry.sentence if "{" not in entry.sentence else "Een antwoord was niet goed."
    return [f"Het vorige antwoord is **niet** vastgelegd ({last.refused}): {sentence}"]
