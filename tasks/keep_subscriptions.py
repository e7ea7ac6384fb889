"""See to it that every Notificaties API of the partners' file tells us what changes: one right subscription each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import KetenregieError, OutsideFailure
from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger
from integrations.notificaties.config import NotificatieSource
from integrations.notificaties.keeping import Kept, keep
from integrations.partners import partners
from tasks.daily_turns import Unfinished, in_time
from tasks.partner_rest import awake, rest


@dataclass(frozen=True)
class Tended:
    """What was done at one source, or why it could not be. `wait`: seconds it asked to be left alone."""

    source: str
    kept: Kept
    error: KetenregieError | None = None
    wait: float = 0.0


def keep_subscriptions(ledger: Ledger, now: datetime) -> str:
    """The daily round: a Dutch sentence about what had to be done or went wrong, '' when all was right.

    A source that was away has its subscription back the same day: the round is unfinished until each was right.
    """
    sources = partners().notificaties
    with ledger.reading() as session:
        able = awake(session, "notificaties", [source.name for source in sources], now)
    tended = tend_subscriptions(in_time(source for source in sources if source.name in able))
    _rest(ledger, now, [one for one in tended if one.wait])
    told = " ".join(_sentences(tended))
    whole = len(tended) == len(sources) and not any(one.error for one in tended)
    return told if whole else Unfinished(told)


def tend_subscriptions(sources: Iterable[NotificatieSource]) -> list[Tended]:
    """Make or renew one at each source and drop the rest; one source that is away does not stop the others."""
    return [_tend(source) for source in sources]


def _tend(source: NotificatieSource) -> Tended:
    try:
        return Tended(source.name, keep(source))
    except Unanswered as no:
        reason = ", ".join([no.result.reason, *sorted(no.codes)])
        error = OutsideFailure("KR-ABONNEMENT", source=source.name, reason=reason)
        return Tended(source.name, Kept(), error, no.wait)
    except KetenregieError as error:
        return Tended(source.name, Kept(), error)


def _rest(ledger: Ledger, now: datetime, tended: list[Tended]) -> None:
    if tended:
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            for one in tended:
                rest(work, f"notificaties:{one.source}", now + timedelta(seconds=one.wait))


def _sentences(tended: list[Tended]) -> Iterator[str]:
    made = sum(one.kept.made for one in tended)
    changed = sum(one.kept.changed for one in tended)
    dropped = sum(one.kept.dropped for one in tended)
    if made or changed or dropped:
        yield f"Abonnementen: {made} gemaakt, {changed} hersteld, {dropped} opgezegd."
    yield from (f"{one.error.code}: {one.error.sentence}" for one in tended if one.error)
