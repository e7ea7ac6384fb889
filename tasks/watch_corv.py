"""Notice a request that was sent through CORV of which no receipt came back."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from domain.dutch import amount
from domain.messages import CORV_SILENT
from domain.terms import local_date
from integrations.corv.receipts import ReceiptKind
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.settings_table import get, put
from integrations.ledger.tables import Audit, Case
from integrations.partners import partners
from integrations.settings import settings
from tasks.read_corv_receipts import ACT, request_of
from tasks.request_lost import tell_worker

TOLD = "corv-zonder-ontvangst"
SETTING = "corv_silent"
LOOKS_BACK = timedelta(days=92)
"""What is older was told long ago (POLICY)."""

Sent = tuple[str, str]


def watch_corv(ledger: Ledger, now: datetime) -> str:
    """Tell the worker once of each number without `ontvangen` or `fout` so many days after it was sent; in Dutch what
    was told, or ''."""
    days = [one.received_within_days for one in partners().corv if one.received_within_days]
    with ledger.reading() as session:
        silent, told = _silent(session, now, min(days)) if days else (set(), set())
        counted = get(session, SETTING) or "0"
    new = sorted(silent - told)
    if new or counted != str(len(silent)):
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            for reference, number in new:
                _tell(work, reference, number)
            put(work, SETTING, str(len(silent)))
    return f"CORV: {silence(len(new))}" if new else ""


def silent_requests(session: Session) -> str:
    """A Dutch sentence of how many there are, as the last daily round counted them; '' when there are none."""
    if settings().partners is None:
        return ""
    number = int(get(session, SETTING) or 0)
    return silence(number) if number else ""


def silence(number: int) -> str:
    """So many requests without a receipt."""
    return amount(number, "verzoek zonder ontvangstbericht", "verzoeken zonder ontvangstbericht")


def _silent(session: Session, now: datetime, days: int) -> tuple[set[Sent], set[Sent]]:
    """The requests that are silent now, and those that were told before."""
    last = local_date(now) - timedelta(days=days)
    acts = select(Audit.act, Audit.case_reference, Audit.details).where(col(Audit.act).in_((ACT, TOLD)))
    kinds: dict[Sent, dict[str, date]] = defaultdict(dict)
    told: set[Sent] = set()
    for act, reference, details in session.exec(acts.where(col(Audit.at) >= now - LOOKS_BACK)):
        key = (reference, str(details["nummer"]))
        if act == TOLD:
            told.add(key)
        else:
            kinds[key][str(details["soort"])] = date.fromisoformat(str(details["dag"]))
    silent = {key for key, days in kinds.items() if set(days) == {ReceiptKind.SENT} and days[ReceiptKind.SENT] <= last}
    return silent, told


def _tell(work: UnitOfWork, reference: str, number: str) -> None:
    case = work.session.exec(select(Case).where(Case.reference == reference)).first()
    if case is None:
        return
    work.audit(TOLD, ground="S20", case_reference=reference, nummer=number)
    tell_worker(work, case, request_of(work, case), CORV_SILENT)
