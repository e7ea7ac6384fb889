"""Tell people of hand-overs that wait too long, or whose system is known no more: once each."""

from datetime import datetime

from sqlmodel import Session

from domain.dutch import amount
from domain.messages import OFFER_HOMELESS, OFFER_WAITS
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import HandoverOffer
from tasks.claim_offers import PARTNER
from tasks.offer_handovers import audit_offer
from tasks.offer_problems import homeless_offers, late_offers
from tasks.tell_of_offer import offer_lost, was_told

NO_SYSTEM = "geen-systeem"
ACTS = {OFFER_WAITS: "overdracht-wacht", OFFER_HOMELESS: "overdracht-zonder-systeem"}


def watch_offers(ledger: Ledger, now: datetime) -> str:
    """What was told, in Dutch, or ''. Who offered it hears, and the lead of who should have it."""
    with ledger.reading() as session:
        if not _untold(session, now):
            return ""
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        untold = _untold(work.session, now)  # another round may have been first, or it was mended meanwhile
        for offer, kind in untold:
            reason = NO_SYSTEM if kind == OFFER_HOMELESS else offer.reason or "wacht"
            audit_offer(work, offer, ACTS[kind], reden=reason)
            offer_lost(work, offer, kind, reason)
        told = amount(len(untold), "overdracht", "overdrachten")
    return f"{told} voor een mens: te laat of zonder systeem" if untold else ""


def _untold(session: Session, now: datetime) -> list[tuple[HandoverOffer, str]]:
    """Which nobody heard of yet, and what is wrong with each."""
    late = ((offer, OFFER_WAITS) for offer in late_offers(session, now))
    lost = ((offer, OFFER_HOMELESS) for offer in homeless_offers(session))
    return [(offer, kind) for offer, kind in (*late, *lost) if not was_told(offer, kind)]
