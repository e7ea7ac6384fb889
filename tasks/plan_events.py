"""The audit trail is the outbox of events: what a subscriber may hear of is planned from it, each line once.

The trail is written by one writer at a time and has no gaps, so a cursor a subscriber (in `setting`) misses nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from domain.access import SHARED_WORK
from integrations.events.config import Subscriber
from integrations.ledger import SYSTEM, Ledger, UnitOfWork
from integrations.ledger.audit import head
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.settings_table import get, put
from integrations.ledger.tables import Audit, Case, DeliveryState, Step, Team

CURSOR = "events_after:"
AT_ONCE = 500  # in one transaction


def plan_events(ledger: Ledger, subscribers: Sequence[Subscriber], now: datetime) -> int:
    """Plan what happened since the last time; how many. Who is new hears what happens from now on."""
    return sum(_plan_for(ledger, subscriber, now) for subscriber in subscribers)


def _plan_for(ledger: Ledger, subscriber: Subscriber, now: datetime) -> int:
    planned = 0
    while _behind(ledger, subscriber.name):
        with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
            planned += _take(work, subscriber)
    return planned


def _behind(ledger: Ledger, name: str) -> bool:
    with ledger.reading() as session:
        return get(session, CURSOR + name) != str(head(session).seq)


def _take(work: UnitOfWork, subscriber: Subscriber) -> int:
    """The next part of the trail, and the cursor after it, in one transaction."""
    last, at = head(work.session).seq, get(work.session, CURSOR + subscriber.name)
    rows = _told(work.session, subscriber, int(at), last) if at is not None else []
    work.session.add_all(
        EventDelivery(subscriber=subscriber.name, seq=seq, kind=act, state=DeliveryState.PLANNED, next_try_at=moment)
        for seq, act, moment in rows
    )
    reached = rows[-1][0] if len(rows) == AT_ONCE else last
    put(work, CURSOR + subscriber.name, str(reached))
    return len(rows)


def _told(session: Session, subscriber: Subscriber, after: int, last: int) -> Sequence[tuple[int, str, datetime]]:
    query = select(Audit.seq, Audit.act, Audit.at).where(
        col(Audit.seq) > after,
        col(Audit.seq) <= last,
        *heard_by(subscriber),
    )
    found = session.exec(query.order_by(col(Audit.seq)).limit(AT_ONCE)).all()
    return [(seq or 0, act, at) for seq, act, at in found]


def heard_by(subscriber: Subscriber) -> list[ColumnElement[bool]]:
    """What a line of the trail is for this subscriber to hear of it, as the partners' file says it now."""
    theirs = [_may_hear(subscriber.organisation)] if subscriber.organisation else []
    return [col(Audit.act).in_(sorted(subscriber.hears())), col(Audit.case_reference) != "", *theirs]


def _may_hear(organisation: str) -> ColumnElement[bool]:
    """From the joint visit or the hand-over on, as domain/access.py has it for the people of a local team."""
    case = select(Case.id).join(Team, col(Team.code) == Case.local_team).join(Step, col(Step.case_id) == Case.id)
    case = case.where(Case.reference == Audit.case_reference, Team.organisation == organisation)
    return case.where(col(Step.kind).in_(SHARED_WORK), col(Step.opened_at) <= Audit.at).exists()
