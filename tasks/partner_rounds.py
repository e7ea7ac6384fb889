"""The rounds with partners' systems: what is done every few minutes, and what once a day. Each stands on its own."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from domain.errors import KetenregieError
from integrations.ledger import Ledger
from integrations.partners import NOBODY, partners
from tasks.daily_turns import Unfinished, claim_turn, settle_turn, turn_of
from tasks.fetch_waiting_lists import fetch_waiting_lists
from tasks.import_dropped_reports import import_dropped_reports
from tasks.keep_subscriptions import keep_subscriptions
from tasks.look_at_folders import look_at_folders
from tasks.look_up_receipts import look_up_receipts
from tasks.offer_handovers import clock_of, offer_handovers
from tasks.process_notifications import process_notifications
from tasks.read_brp_signals import read_brp_signals
from tasks.read_corv_receipts import read_corv_receipts
from tasks.read_dropped_signals import read_dropped_signals
from tasks.read_handovers import read_handovers, reread_handovers
from tasks.return_status import return_statuses
from tasks.send_events import send_events
from tasks.tell_whom_to_follow import tell_whom_to_follow
from tasks.watch_corv import watch_corv
from tasks.watch_offers import watch_offers
from tasks.withdraw_handovers import withdraw_handovers

PartnerRound = Callable[[Ledger, datetime], str]

FREQUENT: tuple[PartnerRound, ...] = (
    import_dropped_reports,
    process_notifications,
    offer_handovers,
    withdraw_handovers,
    reread_handovers,
    watch_offers,
    read_dropped_signals,
    read_corv_receipts,
    look_at_folders,
    return_statuses,
    send_events,
)
"""Every two minutes, in this order."""

DAILY: tuple[PartnerRound, ...] = (
    keep_subscriptions,
    read_handovers,
    look_up_receipts,
    fetch_waiting_lists,
    tell_whom_to_follow,
    read_brp_signals,
    watch_corv,
)
"""Once a day, each in its own turn (tasks/daily_turns.py): the polls that find what no notification told."""

LOGGER = logging.getLogger(__name__)


def run_partner_rounds(ledger: Ledger, now: datetime, which: Sequence[PartnerRound]) -> list[str]:
    """Run these; a Dutch sentence of each that did something or failed. Without partners' systems nothing happens."""
    if not any_partner():
        return []
    return [said for work in which if (said := _one(work, ledger, now))]


def partner_round(ledger: Ledger, now: datetime) -> list[str]:
    """The frequent rounds, and the daily ones when it is their time or when they were missed."""
    return run_partner_rounds(ledger, now, FREQUENT) + run_daily_rounds(ledger, now)


def run_daily_rounds(ledger: Ledger, now: datetime, which: Sequence[PartnerRound] = DAILY) -> list[str]:
    """Each daily round whose turn it is, and that nobody else is doing. What broke or ended half has its turn again."""
    if not any_partner():
        return []
    clock = clock_of(ledger, now)
    return [said for work in which if (said := _in_turn(work, ledger, clock))]


def daily_is_due(ledger: Ledger, now: datetime) -> bool:
    """True when a daily round has its turn: from DAILY_HOUR on, and at any hour when yesterday was missed too."""
    if not any_partner():
        return False
    with ledger.reading() as session:
        return any(turn_of(session, _name(work)).due(now) for work in DAILY)


def any_partner() -> bool:
    """True when the partners' file says anything."""
    return partners() != NOBODY


def _in_turn(work: PartnerRound, ledger: Ledger, clock: Callable[[], datetime]) -> str:
    if not claim_turn(ledger, _name(work), clock()):
        return ""
    said = _one(work, ledger, clock())
    settle_turn(ledger, _name(work), clock(), done=not isinstance(said, Unfinished))
    return said


def _one(work: PartnerRound, ledger: Ledger, now: datetime) -> str:
    """What it says, or that it broke: one partner's trouble must not stop the rounds of the others."""
    try:
        return work(ledger, now)
    except Exception as error:
        kind = error.code if isinstance(error, KetenregieError) else type(error).__name__
        LOGGER.warning("%s %s", _name(work), kind)
        return Unfinished(f"{_name(work)} niet gelukt ({kind})")


def _name(work: PartnerRound) -> str:
    return getattr(work, "__name__", "ronde")
