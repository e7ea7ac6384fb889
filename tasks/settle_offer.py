"""A person has seen to a hand-over that failed, by another way: it is off the list."""

from datetime import datetime

from domain.errors import StateRefusal
from integrations.ledger import Actor, Ledger
from integrations.ledger.partner_tables import OfferState
from tasks.acting import acting
from tasks.offer_handovers import audit_offer
from tasks.retry_offer import offer_of


def settle_offer(ledger: Ledger, number: str, by: str, *, door: str, now: datetime) -> None:
    """Recorded with who did it; an answer that still comes from there is heard all the same.

    Raises KR-CODE-ONBEKEND, KR-CODE-INACTIEF, KR-ROL, KR-OVERDRACHT-ONBEKEND, and KR-OVERDRACHT-NIET-MISLUKT when it
    did not fail or was settled before.
    """
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as work:
        acting(work, by)
        row = offer_of(work, number)
        if row.state != OfferState.FAILED or row.settled_at is not None:
            raise StateRefusal("KR-OVERDRACHT-NIET-MISLUKT")
        row.settled_at = now
        audit_offer(work, row, "overdracht-afgehandeld", reden=row.reason)
