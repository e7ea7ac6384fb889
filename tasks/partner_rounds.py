"""The rounds with partners' systems: what is done every few minutes, and what once a day. Each stands on its own."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from domain.dutch import AMSTERDAM
from domain.terms import local_date
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import get, put
from integrations.partners import NOBODY, partners
from tasks.fetch_waiting_lists import fetch_waiting_lists
from tasks.import_dropped_reports import import_dropped_reports
from tasks.keep_subscriptions import keep_subscriptions
from tasks.offer_handovers import offer_handovers
from tasks.process_notifications import process_notifications
from tasks.read_brp_signals import read_brp_signals
from tasks.read_corv_receipts import read_corv_receipts
from tasks.read_dropped_signals import read_dropped_signals
from tasks.read_handovers import read_handovers, reread_handovers
from tasks.return_status import return_statuses
from tasks.send_events import send_events
from tasks.tell_whom_to_follow import tell_whom_to_follow
from tasks.withdraw_handovers import withdraw_handovers

PartnerRound = Callable[[Ledger, datetime], str]

FREQUENT: tuple[PartnerRound, ...] = (
    import_dropped_reports,
    process_notifications,
    offer_handovers,
    withdraw_handovers,
    reread_handovers,
    read_dropped_signals,
    read_corv_receipts,
    return_statuses,
    send_events,
)
"""Every two minutes, in this order."""

DAILY: tuple[PartnerRound, ...] = (
    keep_subscriptions,
    read_handovers,
    fetch_waiting_lists,
    tell_whom_to_follow,
    read_brp_signals,
)
"""Once a day, from DAILY_HOUR on: the polls that find what no notification told."""

DAILY_HOUR = 5  # in Amsterdam, as in deployments/prefect.yaml; outside the hour that exists twice or not at all
DONE = "partners_daily"
LOGGER = logging.getLogger(__name__)


def run_partner_rounds(ledger: Ledger, now: datetime, which: Sequence[PartnerRound]) -> list[str]:
    """Run these; a Dutch sentence of each that did something or failed. Without partners' systems nothing happens."""
    if not any_partner():
        return []
    return [said for work in which if (said := _one(work, ledger, now))]


def partner_round(ledger: Ledger, now: datetime) -> list[str]:
    """The frequent rounds, and the daily ones when it is their time or when they were missed."""
    said = run_partner_rounds(ledger, now, FREQUENT)
    return said + run_daily_rounds(ledger, now) if daily_is_due(ledger, now) else said


def run_daily_rounds(ledger: Ledger, now: datetime) -> list[str]:
    """The daily ones, and that they were done today."""
    said = run_partner_rounds(ledger, now, DAILY)
    if any_partner():
        with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
            put(uow, DONE, local_date(now).isoformat())
    return said


def daily_is_due(ledger: Ledger, now: datetime) -> bool:
    """True from the hour on when they were not done today, and at any hour when yesterday was missed too."""
    if not any_partner():
        return False
    with ledger.reading() as session:
        done = get(session, DONE)
    today = local_date(now)
    last = date.fromisoformat(done) if done else date.min
    on_time = now.astimezone(AMSTERDAM).hour >= DAILY_HOUR
    strange = last > today  # written while this machine's clock was wrong
    return strange or last < today - timedelta(days=1) or (last < today and on_time)


def any_partner() -> bool:
    """True when the partners' file says anything."""
    return partners() != NOBODY


def _one(work: PartnerRound, ledger: Ledger, now: datetime) -> str:
    try:
        return work(ledger, now)
    except Exception as error:  # one partner's trouble must not stop the rounds of the others
        name = getattr(work, "__name__", "ronde")
        LOGGER.warning("%s %s", name, type(error).__name__)
        return f"{name} niet gelukt ({type(error).__name__})"
