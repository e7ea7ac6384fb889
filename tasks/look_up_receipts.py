"""Ask NotifyNL once a day what became of what it took and never told us of: a receipt that was lost is looked up."""

from collections import Counter
from datetime import datetime, timedelta

from sqlmodel import col, select

from domain.dutch import amount
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Delivery, DeliveryState
from integrations.notifynl.config import NotifyNL
from integrations.notifynl.service import Service
from integrations.notifynl.statuses import Fate
from integrations.partners import partners
from integrations.verdict import Verdict
from tasks.daily_turns import Unfinished, in_time
from tasks.note_receipt import ARRIVED, Noted, note_receipt
from tasks.partner_rest import leave_alone, rest_after, resting

WHOM = "notifynl"
KEPT = timedelta(days=7)
"""NotifyNL keeps what it sent so long by default; afterwards it does not know either."""


def look_up_receipts(ledger: Ledger, now: datetime, config: NotifyNL | None = None) -> str:
    """Each message of the last seven days of which we know no end; a Dutch sentence with figures, or ''."""
    config = config or partners().notifynl
    numbers = _open(ledger, now) if config else []
    if config is None or not numbers:
        return ""
    with ledger.reading() as session:
        if resting(session, WHOM, now):
            return Unfinished("")
    became: Counter[str] = Counter()
    with Service(config) as service:
        for number in in_time(numbers):
            if not _asked(ledger, service, number, now, became):
                break
    return _said(became, len(numbers))


def _open(ledger: Ledger, now: datetime) -> list[str]:
    """Oldest first: those are soonest forgotten there."""
    sent = select(Delivery.remote_id).where(
        Delivery.remote_id != "",
        Delivery.state == DeliveryState.SENT,
        Delivery.reason != ARRIVED,
        col(Delivery.verdict_at) >= now - KEPT,
    )
    with ledger.reading() as session:
        return list(session.exec(sent.order_by(col(Delivery.verdict_at), col(Delivery.id))))


def _asked(ledger: Ledger, service: Service, number: str, now: datetime, became: Counter[str]) -> bool:
    """False when NotifyNL is away, refuses what we ask or asks for rest: no more this round."""
    try:
        receipt = service.receipt(number)
    except Unanswered as missed:
        became["missed"] += 1
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            rest_after(work, WHOM, missed)
        return missed.result.verdict is not Verdict.PERMANENT and not leave_alone(missed)
    noted = note_receipt(ledger, receipt, now) if receipt and receipt.fate is not Fate.UNDERWAY else Noted.KNOWN
    became[receipt.fate if receipt and noted is Noted.DONE else "same"] += 1
    return True


def _said(became: Counter[str], wanted: int) -> str:
    missed = wanted - became.total() + became["missed"]
    told = f"{amount(wanted, 'bericht', 'berichten')} van NotifyNL nagevraagd: {became[Fate.ARRIVED]} bezorgd, "
    told += f"{became[Fate.LOST] + became[Fate.GIVEN_UP]} niet aangekomen, {missed} niet gelukt"
    return Unfinished(told) if missed else told
