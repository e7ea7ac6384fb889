"""Read back what the people on the other side did with a hand-over, and record it as an answer to the step.

An answer that our own gates send back (the talk with the family is missing, a new person was not heard) is kept on the
offer, shown to whoever offered, and held against the gates again when something changed. Nothing is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from sqlmodel import Session, col, func, select

from domain.errors import Refusal
from domain.messages import OFFER_BACK
from domain.terms import local_date
from integrations.handover import TAKEN_BACK, Found, HandoverSystem, Standing
from integrations.handover_systems import configured
from integrations.http import Unanswered
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Answer, Case, Person, ProfessionalRow, Report, Risk, Step, StepState
from integrations.verdict import Result, Verdict
from tasks.ask_partner import a_page, ask_partner, is_gone, temporary
from tasks.claim_offers import PARTNER, SYSTEM_OF, leave_in_peace
from tasks.offer_handovers import ANSWERED, audit_offer
from tasks.offer_standing import STANDS
from tasks.partner_rest import rests_until
from tasks.record_answer import record_answer
from tasks.tell_of_offer import offer_back, offer_lost, offer_well, unread_kind, was_told

INCOMPLETE = "KR-ONVOLLEDIG"
RESTS = "rust"
UNANSWERED = (OfferState.PLANNED, OfferState.CLAIMED, OfferState.DELIVERED, OfferState.FAILED)


class Heard(StrEnum):
    """What a reading came to. `nothing`: there is nothing to read (not delivered, or it no longer stands here)."""

    NOTHING = "nothing"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETURNED = "returned"
    LOST = "lost"


@dataclass(frozen=True)
class _Standing:
    """An offer that stands, as it was when we looked, with the open risks of its case."""

    id: int
    number: str
    organisation: str
    step_id: str
    round: int
    remote: str = field(repr=False)
    etag: str
    judged: str
    case_id: int
    reported_on: date
    risks: tuple[str, ...]


def read_handover_at(ledger: Ledger, remote: str, now: datetime) -> Heard:
    """The same for the offer that stands at this address. Raises Unanswered: then ask again later."""
    with ledger.reading() as session:
        number = session.exec(select(HandoverOffer.id).where(HandoverOffer.remote == remote)).first()
    return read_handover(ledger, number, now) if number and remote else Heard.NOTHING


def read_handover(ledger: Ledger, offer_id: int, now: datetime) -> Heard:
    """Read this one back. Raises Unanswered when it could not be read now but may be later.

    What can never be read (gone there, or in words that nobody agreed on) becomes a task for a person.
    """
    with ledger.reading() as session:
        offer = _standing(session, offer_id)
        until = rests_until(session, f"{SYSTEM_OF}:{offer.organisation}", now) if offer else None
    if offer is None:
        return Heard.NOTHING
    if until is not None:
        raise Unanswered(Result(Verdict.TEMPORARY, RESTS), wait=(until - now).total_seconds())
    offer = offer if offer.remote else _looked_for(ledger, offer, now)
    if not offer.remote:
        return Heard.NOTHING
    try:
        found = _ask(ledger, offer, now)
    except Unanswered as error:
        if error.result.verdict is not Verdict.PERMANENT:
            raise
        return _unreadable(ledger, offer, error.result.reason, now)
    if found.taken_back:
        return _unreadable(ledger, offer, TAKEN_BACK, now)
    if found.unchanged or found.standing is Standing.WAITING:
        return _waits(ledger, offer, found, now)
    return _answered(ledger, offer, found, now)


def _ask(ledger: Ledger, offer: "_Standing", now: datetime) -> Found:
    def ask(system: HandoverSystem) -> Found:
        try:
            return system.read(offer.remote, offer.etag)
        except Unanswered as missed:
            if not is_gone(system, offer.remote, missed) and a_page(missed):
                raise temporary(missed) from None
            raise

    try:
        return ask_partner(offer.organisation, ask)
    except Unanswered as missed:
        _peace(ledger, offer, missed, now)
        raise


def _looked_for(ledger: Ledger, offer: "_Standing", now: datetime) -> "_Standing":
    """Of one that was tried it may be unknown that it stands there: people may answer it all the same."""
    try:
        remote = ask_partner(offer.organisation, lambda system: system.find(offer.number))
    except Unanswered as missed:
        _peace(ledger, offer, missed, now)
        if missed.result.verdict is not Verdict.PERMANENT:
            raise
        return offer
    if remote:
        with ledger.unit_of_work(now=now, actor=PARTNER) as work:
            work.session.get_one(HandoverOffer, offer.id).remote = remote
    return replace(offer, remote=remote)


def _peace(ledger: Ledger, offer: "_Standing", missed: Unanswered, now: datetime) -> None:
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        leave_in_peace(work, offer.organisation, missed)


def _standing(session: Session, offer_id: int) -> _Standing | None:
    query = select(HandoverOffer, Step).join(Step, col(Step.id) == col(HandoverOffer.step_id))
    pair = session.exec(query.where(HandoverOffer.id == offer_id, STANDS)).first()
    if pair is None or configured(pair[0].organisation) is None:
        return None
    row, step = pair
    tried = row.attempts and row.state != OfferState.CLAIMED
    if row.state not in UNANSWERED or not (row.remote or tried):
        return None
    open_risks = select(Risk.key).where(Risk.case_id == step.case_id, col(Risk.resolved_at).is_(None))
    return _Standing(
        id=offer_id,
        number=row.number,
        organisation=row.organisation,
        step_id=row.step_id,
        round=row.round,
        remote=row.remote,
        etag="" if row.refused else row.etag,  # what was sent back must be known in full to be held up again
        judged=row.judged,
        case_id=step.case_id,
        reported_on=_reported_on(session, step.case_id),
        risks=tuple(session.exec(open_risks.order_by(Risk.key)).all()),
    )


def _reported_on(session: Session, case_id: int) -> date:
    """The day of the first report of this case."""
    first = session.exec(select(func.min(Report.received_at)).where(Report.case_id == case_id)).one()
    return local_date(first or session.get_one(Case, case_id).opened_at)


def _waits(ledger: Ledger, offer: _Standing, found: Found, now: datetime) -> Heard:
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        row = work.session.get_one(HandoverOffer, offer.id)
        row.read_at, row.read_again_at = now, None
        if not found.unchanged:
            row.etag, row.refused, row.judged = found.etag, "", ""
        if row.state == OfferState.DELIVERED and not row.refused:
            row.reason = ""
            offer_well(row)
    return Heard.WAITING


def _unreadable(ledger: Ledger, offer: _Standing, reason: str, now: datetime) -> Heard:
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        row = work.session.get_one(HandoverOffer, offer.id)
        row.read_at, row.read_again_at, row.etag = now, None, ""
        kind, there = unread_kind(reason), row.state == OfferState.DELIVERED
        if row.reason != reason if there else not was_told(row, kind):
            row.reason = reason if there else row.reason
            audit_offer(work, row, "overdracht-onleesbaar", reden=reason)
            offer_lost(work, row, kind, reason)
    return Heard.LOST


def _answered(ledger: Ledger, offer: _Standing, found: Found, now: datetime) -> Heard:
    given = given_by(found, offer.risks, offer.reported_on)
    with ledger.reading() as session:
        judged = _fingerprint(session, offer, given)
    code = INCOMPLETE if judged == offer.judged else _record(ledger, offer, found, given, judged, now)
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        row, step = work.session.get_one(HandoverOffer, offer.id), work.session.get_one(Step, offer.step_id)
        row.read_at, row.read_again_at, row.etag = now, None, found.etag
        if row.state == OfferState.DELIVERED:
            row.reason = ""
            offer_well(row, but=OFFER_BACK)
        if row.state not in UNANSWERED:
            return Heard(row.state) if row.state in set(Heard) else Heard.NOTHING
        if step.outcome == found.standing or (found.standing is Standing.REFUSED and step.round > offer.round):
            row.state, row.answered_at, row.refused, row.judged = OfferState(found.standing), now, "", ""
            row.reason, row.lease_until, row.next_try_at = "", None, None
            if row.delivered_at is None:  # made in part, or found where it was lost: they had enough of it
                row.delivered_at = now
                audit_offer(work, row, "overdracht-afgeleverd")
            details = {"gezegd_op": found.said_on.isoformat()} if found.said_on else {}
            audit_offer(work, row, ANSWERED, stand=found.standing, **details)
            return Heard(found.standing)
        if step.state != StepState.OPEN or step.round != offer.round:
            return Heard.NOTHING  # answered through another door: taken back by the next round
        row.judged = judged if code == INCOMPLETE else ""  # what was refused outright may be right tomorrow
        if row.refused != code:
            row.refused = code
            audit_offer(work, row, "overdracht-teruggestuurd", code=code)
            offer_back(work, row)
    return Heard.RETURNED


def given_by(found: Found, risks: tuple[str, ...], reported_on: date) -> dict[str, object]:
    """What they said as answers to the questions of the step; what they did not say is not answered for them.

    A talk from before the report is none: 0001-01-01 or 1900-01-01 is how many systems write that no day was filled in.
    """
    given: dict[str, object] = {"outcome": str(found.standing)}
    if found.standing is Standing.REFUSED:
        return given | ({"refusal_reason": found.refusal} if found.refusal else {})
    if found.talk_on and found.talk_on >= reported_on:
        given["talk_on"] = found.talk_on.isoformat()
    if found.vt_support is not None:
        given["vt_support"] = found.vt_support
    return given | (dict.fromkeys((f"takes_{key}" for key in risks), "yes") if found.takes_risks else {})


def _record(
    ledger: Ledger, offer: _Standing, found: Found, given: Mapping[str, object], judged: str, now: datetime
) -> str:
    """The code with which it was sent back, '' when it was taken."""
    system = configured(offer.organisation)
    assert system is not None
    key = f"{offer.number}:{found.standing}:{judged}"
    try:
        done = record_answer(
            ledger, offer.step_id, given, system.answers_as, door="partner", now=now, key=key, in_round=offer.round
        )
    except Refusal as refusal:
        return refusal.code
    return done.refused


def _fingerprint(session: Session, offer: _Standing, given: Mapping[str, object]) -> str:
    """This answer, in whose code, for which team, and what our own people have recorded about the case since."""
    case, system = session.get_one(Case, offer.case_id), configured(offer.organisation)
    by = session.get(ProfessionalRow, system.answers_as) if system else None
    who = (by.code, by.organisation, sorted(by.roles), by.active) if by else None
    steps = select(Step.id).where(Step.case_id == case.id)
    answers = select(func.max(Answer.id)).where(col(Answer.step_id).in_(steps), Answer.door != PARTNER.door)
    persons = select(func.count()).select_from(Person).where(Person.case_id == case.id)
    since = [session.exec(answers).one(), session.exec(persons).one()]
    known = [who, case.local_team, *since, sorted(given.items(), key=str)]
    return sha256(repr(known).encode()).hexdigest()[:16]
