"""From rows to the case as the rules see it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session, col, select

from domain.case import CaseState, CaseView, Person, PersonRole, ReportView, Risk, StepView
from domain.errors import UnknownRefusal
from domain.parties import OrganisationKind
from domain.questions import Facts, Given
from domain.references import normalise
from integrations.ledger import tables
from integrations.ledger.tables import Answer, Case, Organisation, Report, Step, Team


def case_of(session: Session, reference: str) -> Case | None:
    """The case with this reference."""
    return session.exec(select(Case).where(Case.reference == reference)).first()


def find_case(session: Session, reference: str) -> Case:
    """The case with this reference, however it was typed. Raises KR-ZAAK-ONBEKEND."""
    case = case_of(session, normalise(reference))
    if case is None:
        raise UnknownRefusal("KR-ZAAK-ONBEKEND")
    return case


def case_view(session: Session, case: Case) -> CaseView:
    """Everything a rule may look at about this case."""
    local = session.get(Team, case.local_team)
    return replace(
        _of_row(case),
        local_organisation=local.organisation if local else "",
        vt_organisation=vt_organisation(session),
        persons=_persons(session, case),
        risks=_risks(session, case),
        reports=_reports(session, case),
        steps=_steps(session, case),
    )


def intake_view(case: Case, report: Report, steps: Iterable[Step]) -> CaseView:
    """The case as far as the intake of one report looks at it, without reading: its steps and this report."""
    shown = tuple(step_view(step, ()) for step in steps)
    return replace(_of_row(case), vt_organisation=case.sight, reports=(_report(report),), steps=shown)


def _of_row(case: Case) -> CaseView:
    """What the row itself says; everything around it is empty."""
    return CaseView(
        reference=case.reference,
        state=CaseState(case.state),
        concern=case.concern,
        municipality=case.municipality,
        team=case.team,
        worker=case.worker,
        local_team=case.local_team,
        local_organisation="",
        local_professional=case.local_professional,
        vt_organisation="",
        sight=case.sight,
        persons=(),
        risks=(),
        reports=(),
        steps=(),
    )


def vt_organisation(session: Session) -> str:
    """The code of Veilig Thuis in this region."""
    wanted = select(Organisation.code).where(Organisation.kind == OrganisationKind.VEILIG_THUIS)
    return session.exec(wanted).first() or ""


def facts_of(answers: Iterable[Answer], round_: int) -> Facts:
    """The facts of one step in its present round: the last value given to each question."""
    given: dict[str, Given] = {}
    for order, answer in enumerate(answers):
        if answer.round == round_:
            given |= {name: Given(value, answer.by, answer.at, order) for name, value in answer.given.items()}
    return Facts(given)


def step_view(step: Step, answers: Iterable[Answer]) -> StepView:
    """One step with its facts."""
    answers = list(answers)
    return StepView(
        id=step.id,
        kind=step.kind,
        subject=step.subject,
        state=step.state,
        outcome=step.outcome,
        owner=step.owner,
        facts=facts_of(answers, step.round),
        opened_at=step.opened_at,
        start_at=step.start_at,
        due_at=step.due_at,
        closed_at=step.closed_at,
        stalled=step.stalled_at is not None,
        previous=facts_of(answers, step.round - 1),
    )


def _persons(session: Session, case: Case) -> tuple[Person, ...]:
    rows = session.exec(select(tables.Person).where(tables.Person.case_id == case.id).order_by(tables.Person.key))
    return tuple(person_view(row) for row in rows)


def person_view(row: tables.Person) -> Person:
    """A member of the household as the rules see it."""
    return Person(row.key, PersonRole(row.role), row.birth_year, row.told_as)


def _risks(session: Session, case: Case) -> tuple[Risk, ...]:
    rows = session.exec(select(tables.Risk).where(tables.Risk.case_id == case.id))
    risks = (
        Risk(r.key, r.kind, r.severity, r.at_risk, r.owner, r.resolved_at is None, r.acknowledged_at is not None)
        for r in rows
    )
    return tuple(sorted(risks, key=lambda risk: int(risk.key[1:])))


def _reports(session: Session, case: Case) -> tuple[ReportView, ...]:
    rows = session.exec(select(Report).where(Report.case_id == case.id).order_by(col(Report.id)))
    return tuple(_report(row) for row in rows)


def _report(row: Report) -> ReportView:
    return ReportView(
        row.id or 0, row.source, row.received_at, row.classification, row.feedback_wanted, row.possibly_acute
    )


def _steps(session: Session, case: Case) -> tuple[StepView, ...]:
    steps = session.exec(select(Step).where(Step.case_id == case.id).order_by(col(Step.id))).all()
    ids = [step.id for step in steps]
    answers: dict[str, list[Answer]] = defaultdict(list)
    for answer in session.exec(select(Answer).where(col(Answer.step_id).in_(ids)).order_by(col(Answer.id))):
        answers[answer.step_id].append(answer)
    return tuple(step_view(step, answers[step.id]) for step in steps)
