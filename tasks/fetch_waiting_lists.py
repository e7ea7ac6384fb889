"""Fetch the waiting lists of partners that give them over HTTP: a round a day, each partner on its own."""

from datetime import datetime

from domain.errors import WrongUse
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger
from integrations.partner_figures.config import FigureSource
from integrations.partner_figures.remote import fetch
from integrations.partners import partners, secret
from tasks.daily_turns import Unfinished, told_of
from tasks.record_waiting_lists import Taken, record_waiting_lists

SOURCE = "http"


def fetch_waiting_lists(ledger: Ledger, now: datetime) -> str:
    """Ask every partner of the partners' file once; one that cannot be read or reached is asked again the same day."""
    return told_of("wachtlijsten", [_told(ledger, source, now) for source in partners().figures])


def _told(ledger: Ledger, source: FigureSource, now: datetime) -> str:
    try:
        taken, refused = _fetched(ledger, source, now)
    except Unanswered as unanswered:
        return Unfinished(f"{source.organisation} {unanswered.result.reason}")
    except WrongUse as error:
        return Unfinished(f"{source.organisation} {error.code}")
    wrong = f", {refused} geweigerd" if refused else ""
    return f"{source.organisation} {taken.new} nieuw, {taken.corrected} verbeterd{wrong}"


def _fetched(ledger: Ledger, source: FigureSource, now: datetime) -> tuple[Taken, int]:
    token = secret(source.secret) if source.secret else None
    lists, refused = fetch(source, token, now)
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        return record_waiting_lists(uow, lists, SOURCE), len(refused)
