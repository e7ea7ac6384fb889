"""Find the events whose turn it is, and what each of them tells."""

from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import or_
from sqlmodel import Session, col, select

from domain.delivery import LONGEST_WAIT
from domain.events import event_id
from integrations.events.webhook import Happening
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.tables import Audit, DeliveryState
from integrations.settings import settings

AT_ONCE = 500  # events of one subscriber in one round
LONGEST_LEASE = timedelta(hours=1)
WAITING = (DeliveryState.PLANNED, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE)
YEAR = 365 * 24 * 3600  # seconds; the Runs page shows seven days unless told otherwise


def find_due(session: Session, name: str, now: datetime) -> list[int]:
    """The numbers of what is due for this subscriber, in the order of the trail."""
    ours = select(EventDelivery.seq, EventDelivery.id).where(EventDelivery.subscriber == name)
    retry, lease = col(EventDelivery.next_try_at), col(EventDelivery.lease_until)
    due = or_(retry <= now, retry > now + LONGEST_WAIT), or_(lease <= now, lease > now + LONGEST_LEASE)
    turns = [
        ours.where(EventDelivery.state == state, due[0]).order_by(retry, col(EventDelivery.seq)) for state in WAITING
    ]
    turns.append(ours.where(EventDelivery.state == DeliveryState.CLAIMED, due[1]).order_by(lease))
    found = [pair for turn in turns for pair in session.exec(turn.limit(AT_ONCE))]
    return [number or 0 for _, number in sorted(found)[:AT_ONCE]]


def is_due(row: EventDelivery, now: datetime) -> bool:
    """Another round may have taken it since it was looked up."""
    if row.state == DeliveryState.CLAIMED:
        return _come(row.lease_until, now, LONGEST_LEASE)
    return row.state in WAITING and _come(row.next_try_at, now, LONGEST_WAIT)


def _come(moment: datetime | None, now: datetime, longest: timedelta) -> bool:
    """Whether this moment has come. Too far ahead was written while this machine's clock was wrong."""
    return moment is None or moment <= now or moment > now + longest


def happening_of(kind: str, line: Audit) -> Happening:
    """What an event of this kind tells: read from the line of the trail that it is about."""
    tag = quote(f"zaak:{line.case_reference}", safe="")
    url = f"{settings().ui_url.rstrip('/')}/runs?type=span&seconds=-{YEAR}&tag={tag}"
    return Happening(event_id(line.hash), kind, line.case_reference, line.at, url)
