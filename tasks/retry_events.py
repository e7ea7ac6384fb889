"""Tell a subscriber once more what was given up, and at once what waits: somebody mended what stood in the way."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from domain.errors import StateRefusal, UnknownRefusal
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.tables import DeliveryState
from integrations.partners import partners
from tasks.acting import acting
from tasks.partner_rest import wake
from tasks.send_events import SUBSCRIBER

MAY = (DeliveryState.PERMANENT, DeliveryState.TEMPORARY, DeliveryState.INDEFINITE)
AGAIN = "gebeurtenis-opnieuw"


def retry_events(
    ledger: Ledger, subscriber: str, by: str, *, number: int | None = None, door: str, now: datetime
) -> int:
    """All of them, or the one with this number in the trail; how many. Each keeps its id, so one that did arrive is
    known there, and climbs the ladder of tries anew.

    Raises KR-CODE-ONBEKEND, KR-CODE-INACTIEF, KR-ROL, KR-ABONNEE-ONBEKEND when nobody of that name is in the partners'
    file, and KR-GEBEURTENIS-NIET-OPNIEUW when nothing was given up or waits.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as work:
        acting(work, by)
        if subscriber not in {one.name for one in partners().subscribers}:
            raise UnknownRefusal("KR-ABONNEE-ONBEKEND")
        count = _anew(work, subscriber, number)
        wake(work, f"{SUBSCRIBER}:{subscriber}")
        if not count:
            raise StateRefusal("KR-GEBEURTENIS-NIET-OPNIEUW")
        told: dict[str, str | int] = {"abonnee": subscriber, "aantal": count}
        told |= {} if number is None else {"volgnummer": number}
        work.audit(AGAIN, ground="beheer", case_reference="", step_id="", **told)
    return count


def _anew(work: UnitOfWork, subscriber: str, number: int | None) -> int:
    """Due now, with all its tries before it; what is being sent at this moment, or was heard, is left alone."""
    mine = update(EventDelivery).where(col(EventDelivery.subscriber) == subscriber, col(EventDelivery.state).in_(MAY))
    chosen = mine if number is None else mine.where(col(EventDelivery.seq) == number)
    anew = chosen.values(state=DeliveryState.PLANNED, attempts=0, next_try_at=work.now, reason="")
    return work.session.connection().execute(anew).rowcount
