"""Once a day: follow the people of the open cases in the BRP, and record what changed there."""

from collections import Counter
from datetime import date, datetime, timedelta

from sqlmodel import Session

from domain.errors import KetenregieError
from domain.terms import local_date
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.settings_table import get, put
from integrations.partners import partners
from integrations.signals.brp import BrpSignals
from integrations.signals.config import BrpSource
from tasks.brp_memory import BrpMemory
from tasks.daily_turns import ROUND_SECONDS, Unfinished, told_of
from tasks.followed_cases import followed_cases
from tasks.record_signal import record_signal

OVERLAP = timedelta(days=1)
"""What changed on the day of the last round may have changed after it."""

TOO_MANY = "KR-VOLGEN-EINDE"


def asked_until(session: Session, source: BrpSource) -> date | None:
    """The day from which the next round asks what changed; None before the first."""
    found = get(session, _since(source))
    return date.fromisoformat(found) if found else None


def kept_back(session: Session, source: BrpSource) -> int:
    """How many follows the last round left because there were too many to end at once."""
    return int(get(session, _kept(source)) or 0)


def read_brp_signals(ledger: Ledger, now: datetime) -> str:
    """Each source on its own, in its part of a round's time; one that does not answer, or was not done in it, is asked
    again the same day, from the same day."""
    return told_of("BRP", [_told(ledger, source, now) for source in partners().brp])


def _told(ledger: Ledger, source: BrpSource, now: datetime) -> str:
    try:
        counts, left = _read(ledger, source, now)
    except Unanswered as unanswered:
        return Unfinished(f"{source.name} {unanswered.result.reason}")
    except KetenregieError as error:
        return Unfinished(f"{source.name} {error.code}")
    told = f"{source.name} {' '.join(f'{count} {what}' for what, count in sorted(counts.items())) or 'niets'}"
    return Unfinished(f"{told} ({TOO_MANY}: {left})") if left else told


def _read(ledger: Ledger, source: BrpSource, now: datetime) -> tuple[Counter[str], int]:
    today, memory = local_date(now), BrpMemory(ledger, source.name, now)
    with ledger.reading() as session:
        since, (cases, closed) = asked_until(session, source), followed_cases(session)
    brp = BrpSignals(source, memory, today, ROUND_SECONDS / len(partners().brp))
    brp.follow(cases, closed)
    memory.over(cases)
    signs = list(brp.signals(since or today))
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        said = Counter(record_signal(uow, sign, source.name) for sign in signs)
        put(uow, _since(source), (today - OVERLAP).isoformat())
        put(uow, _kept(source), str(brp.kept_back))
    memory.look(brp.looked)
    figures = Counter({"niet te volgen": brp.not_followed, "niet van ons": brp.strangers})
    return said + figures, brp.kept_back


def _since(source: BrpSource) -> str:
    return f"signals:{source.name}"


def _kept(source: BrpSource) -> str:
    return f"{_since(source)}:kept"
