"""One household, one open case: which case a report comes under, who is in it, and a case that goes into another."""

from collections.abc import Sequence

from sqlmodel import Session, col, or_, select

from domain.case import HANDED, CaseState
from domain.case import Person as Member
from domain.errors import StateRefusal
from domain.members import place
from domain.reports import IncomingPerson
from integrations.ledger.case_view import case_of, find_case, person_view
from integrations.ledger.tables import Case, OwnNumber, Person, Report, Step
from integrations.ledger.unit_of_work import UnitOfWork


def open_case_of(session: Session, household: str) -> tuple[Case | None, str]:
    """The open case of this household if there is one, and the household it is known as by now.

    Whoever read a report said that two households are one (S23): from then on the first goes by the name of the other.
    """
    passed: set[str] = set()
    while household not in passed:
        passed.add(household)
        either = or_(col(Case.state) != CaseState.CLOSED, col(Case.joined_to) != "")
        found = session.exec(select(Case).where(Case.household == household, either).order_by(col(Case.id))).all()
        running = next((case for case in found if case.state != CaseState.CLOSED), None)
        if running is not None or not found:
            return running, household
        household = session.exec(select(Case.household).where(Case.reference == found[-1].joined_to)).one()
    return None, household


def present_case(session: Session, reference: str) -> Case | None:
    """The case with this reference, or the one it went into."""
    case = case_of(session, reference)
    return present_case(session, case.joined_to) if case is not None and case.joined_to else case


def members_told(uow: UnitOfWork, case: Case, told: Sequence[IncomingPerson], report: int) -> None:
    """Who is new joins; a letter that was somebody else's is written down, and so is a birth year that got known."""
    asked = select(Person).where(Person.case_id == case.id)
    known = {person.key: person for person in uow.session.exec(asked)} if case.steps_made else {}
    for placed in place([person_view(one) for one in known.values()], told):
        person = placed.person
        if placed.new:
            uow.session.add(_joined(uow, case, person))
        else:
            known[person.key].birth_year = person.birth_year
        if person.told_as or not placed.new:
            act = "gezinslid-andere-letter" if placed.new else "geboortejaar-aangevuld"
            uow.audit(act, ground="melding", case_reference=case.reference, report=report, key=person.key)


def _joined(uow: UnitOfWork, case: Case, person: Member) -> Person:
    return Person(
        case_id=case.id or 0,
        key=person.key,
        role=person.role,
        birth_year=person.birth_year,
        joined_at=uow.now,
        told_as=person.told_as,
    )


def classification(session: Session, case: Case) -> str:
    """The class of a report on this case by what this ledger knows (S05 confirms it): the phase of the open case, else
    earlier reports on the household."""
    if session.exec(select(Report.id).where(Report.case_id == case.id)).first() is not None:
        if case.state in (CaseState.RECEIVED, CaseState.IN_ASSESSMENT):
            return "follow_up_during_assessment"
        return "follow_up_during_monitoring" if case.state in HANDED else "follow_up_after_assessment"
    earlier = select(Report.id).join(Case, col(Case.id) == Report.case_id).where(Case.household == case.household)
    return "repeat_multiple_known" if session.exec(earlier).first() is not None else "first"


def case_to_join(session: Session, case: Case, reference: str) -> Case:
    """The open case with this reference, that `case` may go into; that nothing was done on `case` yet is a rule of its
    intake. Raises a Refusal when it may not."""
    into = find_case(session, reference)
    if into.state == CaseState.CLOSED:
        raise StateRefusal("KR-ZAAK-GESLOTEN")
    if into.id == case.id:
        raise StateRefusal("KR-SAMENVOEGEN")
    return into


def move_into(uow: UnitOfWork, case: Case, into: Case, report: int) -> None:
    """Reports, their intakes, members and numbers of `case` are of `into` from now on; of `case` its reference is left.

    `report`: the one that was being read. Statuses and figures know no second case: it is one report more.
    """
    rows = uow.session.exec(select(Person).where(Person.case_id == case.id).order_by(Person.key)).all()
    told = [IncomingPerson(key=row.told_as or row.key, role=row.role, birth_year=row.birth_year) for row in rows]
    members_told(uow, into, told, report)
    for row in rows:
        uow.session.delete(row)
    known = set(uow.session.exec(select(OwnNumber.organisation).where(OwnNumber.case_id == into.id)))
    for number in uow.session.exec(select(OwnNumber).where(OwnNumber.case_id == case.id)).all():
        if number.organisation in known:
            uow.session.delete(number)
        else:
            number.case_id = into.id or 0
    class_now = classification(uow.session, into)
    for one in uow.session.exec(select(Report).where(Report.case_id == case.id)):
        one.case_id, one.classification = into.id or 0, class_now
    for step in uow.session.exec(select(Step).where(Step.case_id == case.id)):
        step.case_id = into.id or 0
        uow.tell_prefect("tag_run", step.id)
    case.state, case.sight, case.joined_to = CaseState.CLOSED, "", into.reference
    case.closed_at = uow.now
    uow.audit("zaak-samengevoegd", ground="melding", case_reference=case.reference, naar=into.reference)
    uow.audit("melding-toegevoegd", ground="melding", case_reference=into.reference, report=report, uit=case.reference)
    uow.session.flush()
