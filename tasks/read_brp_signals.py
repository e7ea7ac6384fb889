"""Once a day: follow the people of the open cases in the BRP, and record what changed there."""

from collections import Counter
from datetime import date, datetime, timedelta

from sqlmodel import select

from domain.case import CaseState
from domain.errors import KetenregieError
from domain.terms import local_date
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import get, put
from integrations.ledger.tables import Case
from integrations.partners import partners, secret
from integrations.signals.brp import BrpSignals
from integrations.signals.config import BrpSource
from tasks.daily_turns import Unfinished, told_of
from tasks.record_signal import record_signal

OVERLAP = timedelta(days=1)
"""What changed on the day of the last round may have changed after it."""


def read_brp_signals(ledger: Ledger, now: datetime) -> str:
    """Each source on its own; one that does not answer is asked again the same day, from the same day."""
    return told_of("BRP", [_told(ledger, source, now) for source in partners().brp])


def _told(ledger: Ledger, source: BrpSource, now: datetime) -> str:
    try:
        counts = _read(ledger, source, now)
    except Unanswered as unanswered:
        return Unfinished(f"{source.name} {unanswered.result.reason}")
    except KetenregieError as error:
        return Unfinished(f"{source.name} {error.code}")
    return f"{source.name} {' '.join(f'{count} {what}' for what, count in sorted(counts.items())) or 'niets'}"


def _read(ledger: Ledger, source: BrpSource, now: datetime) -> Counter[str]:
    today, setting = local_date(now), f"signals:{source.name}"
    with ledger.reading() as session:
        since = get(session, setting)
        cases = frozenset(session.exec(select(Case.reference).where(Case.state != CaseState.CLOSED)))
    brp = BrpSignals(source, secret(source.secret), today)
    brp.follow(cases)
    signs = list(brp.signals(date.fromisoformat(since) if since else today))
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        said = Counter(record_signal(uow, sign, source.name) for sign in signs)
        put(uow, setting, (today - OVERLAP).isoformat())
    return said + Counter({"niet te volgen": brp.not_followed})
