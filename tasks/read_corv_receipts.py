"""Read the receipts of CORV that lie in a folder: evidence of what was sent by hand, and its number and day."""

from collections import Counter
from datetime import datetime

from sqlmodel import col, select

from domain.errors import OutsideFailure, Refusal
from domain.parties import OrganisationKind
from domain.steps.protection_request import STEP as REQUEST
from domain.terms import local_date
from integrations.corv.config import CorvFolder
from integrations.corv.receipts import SUFFIXES, Receipt, ReceiptFile, ReceiptKind, read_receipts
from integrations.drop_folder import REFUSED_FILES, in_figures
from integrations.ledger import Ledger, UnitOfWork
from integrations.ledger.case_view import case_of
from integrations.ledger.tables import Answer, Audit, Case, Organisation, OwnNumber, Step, StepState
from integrations.partner_folders import CORV
from integrations.partners import partners
from tasks.claim_offers import PARTNER
from tasks.put_away_files import NO_CASE, files_to_read, put_away_or_note
from tasks.record_answer import record_answer
from tasks.request_lost import request_lost

ACT = "corv-ontvangst"
NEW, KNOWN, UNKNOWN = "nieuw", "al bekend", "onbekend kenmerk"
SENT_ON = "sent_on"


def read_corv_receipts(ledger: Ledger, now: datetime) -> str:
    """Every file that waits; what was done, in Dutch, or ''."""
    counts: Counter[str] = Counter()
    for config in partners().corv:
        for file in files_to_read(ledger, CORV, config.folder, SUFFIXES, config.quiet):
            counts.update(_taken(ledger, config, read_receipts(file, local_date(now)), now))
    told = in_figures(counts)
    return f"ontvangstberichten van CORV: {told}" if told else ""


def _taken(ledger: Ledger, config: CorvFolder, file: ReceiptFile, now: datetime) -> Counter[str]:
    """A file with a wrong row is refused whole; of one with a case that is not ours the other rows count."""
    counts: Counter[str] = Counter()
    refused = list(file.refused)
    if not refused:
        with ledger.unit_of_work(now=now, actor=PARTNER) as work:
            kept = [(receipt.line, _kept(work, receipt)) for receipt in file.receipts]
        for receipt in file.receipts:
            _filled_in(ledger, config, receipt, now)
        counts.update(word for _, word in kept)
        refused = [f"{line} {NO_CASE} kenmerk" for line, word in kept if word == UNKNOWN]
    counts[REFUSED_FILES] += bool(refused)
    return +counts + put_away_or_note(ledger, CORV, file.file, refused, now)


def _kept(work: UnitOfWork, receipt: Receipt) -> str:
    """Evidence, once: this number with this word of this day."""
    case = case_of(work.session, receipt.reference)
    if case is None:
        return UNKNOWN
    step = request_of(work, case)
    earlier = select(Audit.details).where(Audit.act == ACT, Audit.case_reference == case.reference)
    told = {"nummer": receipt.number, "soort": str(receipt.kind), "dag": receipt.day.isoformat()}
    if any(told.items() <= found.items() for found in work.session.exec(earlier)):
        return KNOWN
    details: dict[str, str | int] = {**told}
    work.audit(ACT, ground=REQUEST.code, case_reference=case.reference, step_id=step.id if step else "", **details)
    _number(work, case, receipt.number)
    if receipt.kind is ReceiptKind.ERROR:
        request_lost(work, case, step)
    work.session.flush()
    return NEW


def _number(work: UnitOfWork, case: Case, number: str) -> None:
    """What the board knows the case by, where the region has a board; the last one counts, the trail has them all."""
    board = work.session.exec(select(Organisation.code).where(Organisation.kind == OrganisationKind.BOARD)).first()
    if board is None:
        return
    row = work.session.get(OwnNumber, (case.id, board))
    if row is None:
        work.session.add(OwnNumber(case_id=case.id or 0, organisation=board, number=number))
    else:
        row.number = number


def request_of(work: UnitOfWork, case: Case) -> Step | None:
    """The request that is asked for now, else the last one."""
    query = select(Step).where(Step.case_id == case.id, Step.kind == REQUEST.word).order_by(col(Step.id).desc())
    found = work.session.exec(query).all()
    return next((step for step in found if step.state == StepState.OPEN), next(iter(found), None))


def _filled_in(ledger: Ledger, config: CorvFolder, receipt: Receipt, now: datetime) -> None:
    """The day of sending, unless somebody said it before. What the step does not take stays for a person to answer."""
    if receipt.kind is not ReceiptKind.SENT or config.records_as is None:
        return
    with ledger.reading() as session:
        open_ = select(Step.id).join(Case, col(Case.id) == Step.case_id).where(Case.reference == receipt.reference)
        step = session.exec(open_.where(Step.kind == REQUEST.word, Step.state == StepState.OPEN)).first()
        said = session.exec(select(Answer.given).where(Answer.step_id == step)).all() if step else []
    if step is None or any(SENT_ON in given for given in said):
        return
    try:
        given = {SENT_ON: receipt.day.isoformat()}
        record_answer(ledger, step, given, config.records_as, door=PARTNER.door, now=now, key=f"corv-{receipt.number}")
    except OutsideFailure:
        raise
    except Refusal:
        return
