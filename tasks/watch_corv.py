"""Notice a request that was sent through CORV of which no receipt came back."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from domain.messages import CORV_SILENT
from domain.terms import local_date
from integrations.corv.receipts import ReceiptKind
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.case_view import case_of
from integrations.ledger.settings_table import get, put
from integrations.ledger.tables import Audit
from integrations.partners import partners
from tasks.corv_silence import SETTING, silence
from tasks.read_corv_receipts import ACT, request_of
from tasks.request_lost import tell_worker

TOLD = "corv-zonder-ontvangst"
SENT = ReceiptKind.SENT
LOOKS_BACK = timedelta(days=92)
"""What is older was told long ago (POLICY)."""

Sent = tuple[str, str, date]
"""Our reference, the number, and the day it was sent last."""


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
            for one in new:
                _tell(work, *one)
            put(work, SETTING, str(len(silent)))
    return f"CORV: {silence(len(new))}" if new else ""


def _silent(session: Session, now: datetime, days: int) -> tuple[set[Sent], set[Sent]]:
    """The requests that are silent now, and those that were told before."""
    last = local_date(now) - timedelta(days=days)
    acts = select(Audit.act, Audit.case_reference, Audit.details).where(col(Audit.act).in_((ACT, TOLD)))
    days_of: dict[tuple[str, str], dict[str, date]] = defaultdict(dict)
    told: set[Sent] = set()
    for act, reference, details in session.exec(acts.where(col(Audit.at) >= now - LOOKS_BACK)):
        number, day = str(details["nummer"]), date.fromisoformat(str(details["dag"]))
        if act == TOLD:
            told.add((reference, number, day))
        else:
            known = days_of[reference, number]
            known[details["soort"]] = max(day, known.get(details["soort"], day))
    sent = {(*key, known[SENT]): known for key, known in days_of.items() if SENT in known}
    return {key for key, known in sent.items() if known[SENT] <= last and not _answered(known)}, told


def _answered(known: dict[str, date]) -> bool:
    """True when what came last is not older than the last sending."""
    return any(day >= known[SENT] for kind, day in known.items() if kind != SENT)


def _tell(work: UnitOfWork, reference: str, number: str, day: date) -> None:
    case = case_of(work.session, reference)
    if case is None:
        return
    work.audit(TOLD, ground="S20", case_reference=reference, nummer=number, dag=day.isoformat())
    tell_worker(work, case, request_of(work, case), CORV_SILENT)
