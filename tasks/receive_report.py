"""Receive one report: a new case, or a further report on a household whose case is open (S23)."""

import secrets
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, func, select

from domain.case import CaseState
from domain.effects import Open
from domain.errors import RoleRefusal, UnknownRefusal
from domain.parties import Role
from domain.questions import Facts, Given
from domain.references import new_reference
from domain.reports import IncomingReport, content_hash, household_key
from domain.step import Context
from domain.steps.report_intake import STEP as INTAKE
from integrations.ledger import UnitOfWork
from integrations.ledger.apply import Applier
from integrations.ledger.case_view import intake_view, vt_organisation
from integrations.ledger.households import classification, members_told, open_case_of
from integrations.ledger.open_steps import Opener
from integrations.ledger.tables import (
    Answer,
    Case,
    Municipality,
    OwnNumber,
    Report,
)


@dataclass(frozen=True)
class Received:
    """Where a report ended up."""

    case_reference: str
    case_id: int
    report_id: int
    new_case: bool


def receive(uow: UnitOfWork, report: IncomingReport, now: datetime) -> Received:
    """Write the report and open its intake, inside the caller's unit of work. `now` is the moment it is recorded.

    The clocks run from `report.received_at`. When `accepted_by` is set the intake is done at once. A possibly acute
    report that nobody accepted yet alarms the duty desk from its intake: danger does not wait for the reading.
    Raises UnknownRefusal for a code of a professional that does not exist.
    """
    case, household = open_case_of(uow.session, household_key(report, _veilig_thuis(uow)))
    new_case = case is None
    case = case or _new_case(uow, report, household)
    row = _report(uow, case, report)
    members_told(uow, case, report.persons, row.id or 0)
    uow.audit("melding-ontvangen", ground="melding", case_reference=case.reference, report=row.id or 0)
    intake = Open(INTAKE.word, str(row.id), start=report.received_at, acute=report.possibly_acute)
    if report.accepted_by:
        _accept(uow, case, row, intake, report.accepted_by)
    else:
        Opener.of(uow).open(case, intake)
    return Received(case.reference, case.id or 0, row.id or 0, new_case)


def _new_case(uow: UnitOfWork, report: IncomingReport, household: str) -> Case:
    municipality = _municipality(uow, report.municipality)
    opener = Opener.of(uow)
    case = Case(
        reference=new_reference(secrets.SystemRandom()),
        household=household,
        state=CaseState.RECEIVED,
        concern=report.concern,
        municipality=municipality.code,
        district=report.district,
        team=municipality.team,
        local_team=municipality.local_team,
        worker=_worker(uow, opener, municipality.team),
        sight=_veilig_thuis(uow),
        policy_version=opener.policy.version,
        opened_at=report.received_at,
    )
    uow.session.add(case)
    uow.session.flush()
    if report.own_number:
        uow.session.add(OwnNumber(case_id=case.id or 0, organisation=case.sight, number=report.own_number))
    return case


def _worker(uow: UnitOfWork, opener: Opener, team: str) -> str:
    """The fixed worker: who is there and has the fewest open cases of the team; the order of codes settles a draw."""
    workers = opener.roster.in_team(team, Role.VT_WORKER) or opener.roster.holding(Role.VT_WORKER)
    workers = opener.roster.present(workers)
    load = uow.cache.get(f"load:{team}") or _load(uow.session, team)
    chosen = min(workers, key=lambda code: (load[code], code), default="")
    load[chosen] += 1
    uow.cache[f"load:{team}"] = load
    return chosen


def _load(session: Session, team: str) -> Counter[str]:
    """Open cases a worker of this team."""
    counted = select(Case.worker, func.count()).where(Case.team == team, Case.state != CaseState.CLOSED)
    return Counter(dict(session.exec(counted.group_by(col(Case.worker))).all()))


def _veilig_thuis(uow: UnitOfWork) -> str:
    uow.cache["veilig_thuis"] = uow.cache.get("veilig_thuis") or vt_organisation(uow.session)
    return str(uow.cache["veilig_thuis"])


def _municipality(uow: UnitOfWork, code: str) -> Municipality:
    """Kept for the unit of work: an import asks for the same few each row."""
    found = uow.cache.get(f"municipality:{code}") or uow.session.get(Municipality, code)
    if found is None:
        raise UnknownRefusal("KR-GEMEENTE-ONBEKEND")
    uow.cache[f"municipality:{code}"] = found
    return found


def _report(uow: UnitOfWork, case: Case, report: IncomingReport) -> Report:
    row = Report(
        case_id=case.id or 0,
        source=report.source,
        number=report.number,
        received_at=report.received_at,
        channel=report.channel,
        reporter_class=report.reporter_class,
        disclosure=report.disclosure,
        classification=report.classification or classification(uow.session, case),
        norm_ground=report.norm_ground,
        feedback_wanted=report.feedback_wanted,
        on_regular_waiting_list=report.on_regular_waiting_list,
        existing_help=report.existing_help,
        home_ban=report.home_ban,
        possibly_acute=report.possibly_acute,
        content_hash=content_hash(report),
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def _accept(uow: UnitOfWork, case: Case, report: Report, opening: Open, by: str) -> None:
    """The intake was judged before the report came in (a report taken by phone): recorded as done by that code."""
    opener = Opener.of(uow)
    person = opener.roster.active(by)
    held = sorted(person.roles & INTAKE.recorders)
    if not held:
        raise RoleRefusal("KR-ROL", act=INTAKE.title)
    intake = opener.done_at_once(case, opening, "accepted", person.code)
    uow.session.add(
        Answer(
            step_id=intake.id,
            key="intake",
            round=1,
            at=uow.now,
            by=person.code,
            role=held[0],
            door=uow.actor.door,
            given={"outcome": "accepted"},
        )
    )
    view = intake_view(case, report, opener.steps(case))
    step = next(found for found in view.steps if found.id == intake.id)
    facts = Facts({"outcome": Given("accepted", person.code, uow.now)})
    context = Context(view, replace(step, facts=facts), opener.policy, uow.now, person, frozenset({"outcome"}))
    Applier(uow, case, intake).all(INTAKE.close(context))
