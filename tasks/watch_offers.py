"""Tell people of hand-overs that wait too long, or whose system is known no more: once each."""

from datetime import datetime

from domain.dutch import amount
from domain.messages import OFFER_HOMELESS, OFFER_WAITS
from integrations.ledger import Ledger
from tasks.claim_offers import PARTNER
from tasks.offer_handovers import audit_offer
from tasks.offer_problems import homeless_offers, late_offers
from tasks.tell_of_offer import offer_lost, was_told

NO_SYSTEM = "geen-systeem"
ACTS = {OFFER_WAITS: "overdracht-wacht", OFFER_HOMELESS: "overdracht-zonder-systeem"}


def watch_offers(ledger: Ledger, now: datetime) -> str:
    """What was told, in Dutch, or ''. Who offered it hears, and the lead of who should have it."""
    with ledger.reading() as session:
        late = [(offer.id, OFFER_WAITS) for offer in late_offers(session, now) if not was_told(offer, OFFER_WAITS)]
        lost = [(offer.id, OFFER_HOMELESS) for offer in homeless_offers(session) if not was_told(offer, OFFER_HOMELESS)]
    told = [kind for number, kind in (*late, *lost) if _tell(ledger, number or 0, kind, now)]
    return f"{amount(len(told), 'overdracht', 'overdrachten')} voor een mens: te laat of zonder systeem" if told else ""


def _tell(ledger: Ledger, number: int, kind: str, now: datetime) -> bool:
    """False when another round was first, or when it was mended meanwhile."""
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        still = late_offers(work.session, now) if kind == OFFER_WAITS else homeless_offers(work.session)
        offer = next((one for one in still if one.id == number), None)
        if offer is None or was_told(offer, kind):
            return False
        reason = NO_SYSTEM if kind == OFFER_HOMELESS else offer.reason or "wacht"
        audit_offer(work, offer, ACTS[kind], reden=reason)
        offer_lost(work, offer, kind, reason)
        return True
