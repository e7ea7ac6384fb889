"""Show one case to one reader, as far as that reader's role goes. The reading is logged before anything is shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.access import Access, access, sees_reporter, sees_risks
from domain.asks import risk_title
from domain.case import CaseView
from domain.parties import Professional
from domain.process import step_of
from domain.signals import SIGNAL_TITLES, SignalCode
from domain.suspension import Elapsed
from domain.terms import local_date
from integrations.ledger import Ledger
from integrations.ledger.case_view import case_view, find_case
from integrations.ledger.partner_tables import Signal
from integrations.ledger.policy import policy_of
from integrations.ledger.suspending import suspended, time_taken
from integrations.ledger.tables import Case, OwnNumber, Report, Step
from tasks.log_reading import log_reading, reader, refuse_reading
from tasks.read_form import is_late


@dataclass(frozen=True)
class StepLine:
    """One step: `late` now when open, or closed after its due moment. `gross_days` and `net_days`: see StepSheet."""

    id: str
    kind: str
    title: str
    subject: str
    state: str
    outcome: str
    owner: str
    due_at: datetime | None
    due_other_at: datetime | None
    explanation: str
    late: bool
    waiting_cause: str
    acute: bool
    closed_at: datetime | None
    suspended_until: datetime | None
    gross_days: int | None
    net_days: int | None


@dataclass(frozen=True)
class ReportLine:
    """One report; `source` only for Veilig Thuis."""

    received_at: datetime
    classification: str
    source: str


@dataclass(frozen=True)
class RiskLine:
    """One safety risk."""

    key: str
    kind: str
    title: str
    severity: str
    at_risk: str
    owner: str
    open: bool
    acknowledged: bool


@dataclass(frozen=True)
class SignalLine:
    """One signal from outside, e.g. moved; `person` is "" for the whole household, `step` finds out what is true."""

    code: str
    title: str
    person: str
    seen_on: str
    source: str
    step: str


@dataclass(frozen=True)
class CaseSheet:
    """A case as one reader sees it; what is not for this reader is empty, `open_risks` is counted for all."""

    reference: str
    access: str
    state: str
    status: str
    sight: str
    waiting_cause: str
    municipality: str
    team: str
    worker: str
    local_team: str
    local_professional: str
    opened_at: datetime
    closed_at: datetime | None
    retention_until: str
    joined_to: str
    concern: str
    open_risks: int
    persons: tuple[dict[str, str], ...]
    risks: tuple[RiskLine, ...]
    reports: tuple[ReportLine, ...]
    steps: tuple[StepLine, ...]
    own_numbers: dict[str, str]
    signals: tuple[SignalLine, ...] = ()


def show_case(ledger: Ledger, reference: str, by: str, now: datetime, *, logged_at: datetime) -> CaseSheet:
    """The case as `by` may see it. `now` decides what is late, `logged_at` is the ledger's own moment.

    Raises KR-ZAAK-ONBEKEND, KR-CODE-ONBEKEND or KR-ROL; a refused reading is logged too.
    """
    person = reader(ledger, by)
    with ledger.reading() as session:
        case = find_case(session, reference)
        view = case_view(session, case)
        level = access(person, view)
        sheet = _sheet(session, case, view, person, now)
    if level is Access.NONE:
        raise refuse_reading(ledger, person, logged_at, case=case.reference)
    log_reading(ledger, person, logged_at, "zaak-ingezien", case=case.reference)
    return sheet


def _sheet(session: Session, case: Case, view: CaseView, person: Professional, now: datetime) -> CaseSheet:
    whole = access(person, view) is Access.WHOLE
    rows = session.exec(select(Step).where(Step.case_id == case.id).order_by(col(Step.id))).all()
    policy = policy_of(session)
    return CaseSheet(
        reference=case.reference,
        access=access(person, view),
        state=case.state,
        status=case.status,
        sight=case.sight,
        waiting_cause=case.waiting_cause,
        municipality=case.municipality,
        team=case.team,
        worker=case.worker,
        local_team=case.local_team,
        local_professional=case.local_professional,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        retention_until=case.retention_until.isoformat() if case.retention_until else "",
        joined_to=case.joined_to,
        concern=case.concern if whole else "",
        open_risks=len(view.open_risks),
        persons=_persons(view, now) if whole else (),
        risks=_risks(view) if sees_risks(person, view) else (),
        reports=_reports(session, case, person) if whole else (),
        steps=tuple(_step(row, time_taken(session, row, policy, now), now) for row in rows),
        own_numbers=_own_numbers(session, case, person),
        signals=_signals(session, case) if whole else (),
    )


def _persons(view: CaseView, now: datetime) -> tuple[dict[str, str], ...]:
    year = local_date(now).year
    return tuple({"key": p.key, "role": p.role.value, "title": p.title(year)} for p in view.persons)


def _risks(view: CaseView) -> tuple[RiskLine, ...]:
    return tuple(
        RiskLine(r.key, r.kind, risk_title(r.kind), r.severity, r.at_risk, r.owner, r.open, r.acknowledged)
        for r in view.risks
    )


def _reports(session: Session, case: Case, person: Professional) -> tuple[ReportLine, ...]:
    rows = session.exec(select(Report).where(Report.case_id == case.id).order_by(col(Report.id)))
    named = sees_reporter(person)
    return tuple(ReportLine(row.received_at, row.classification, row.source if named else "") for row in rows)


def _signals(session: Session, case: Case) -> tuple[SignalLine, ...]:
    rows = session.exec(select(Signal).where(Signal.case_id == case.id).order_by(col(Signal.id)))
    return tuple(
        SignalLine(
            row.code, SIGNAL_TITLES[SignalCode(row.code)], row.person, row.seen_on.isoformat(), row.source, row.step_id
        )
        for row in rows
    )


def _own_numbers(session: Session, case: Case, person: Professional) -> dict[str, str]:
    """Veilig Thuis sees every organisation's number, others their own."""
    rows = session.exec(select(OwnNumber).where(OwnNumber.case_id == case.id).order_by(OwnNumber.organisation))
    return {r.organisation: r.number for r in rows if sees_reporter(person) or r.organisation == person.organisation}


def _step(row: Step, taken: Elapsed | None, now: datetime) -> StepLine:
    closed_late = row.closed_at is not None and row.due_at is not None and row.closed_at > row.due_at
    return StepLine(
        id=row.id,
        kind=row.kind,
        title=step_of(row.kind).title,
        subject=row.subject,
        state=row.state,
        outcome=row.outcome,
        owner=row.owner,
        due_at=row.due_at,
        due_other_at=row.due_other_at,
        explanation=row.explanation,
        late=is_late(row, now) or closed_late,
        waiting_cause=row.waiting_cause,
        acute=row.acute,
        closed_at=row.closed_at,
        suspended_until=row.suspended_until if suspended(row, now) else None,
        gross_days=taken.gross if taken else None,
        net_days=taken.net if taken else None,
    )
