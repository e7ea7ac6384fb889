"""Tell people of hand-overs that wait too long, cannot be read, or whose system is known no more: once each."""

from datetime import datetime

from sqlmodel import Session

from domain.dutch import amount
from domain.messages import OFFER_HOMELESS, OFFER_UNSEEN, OFFER_WAITS
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import HandoverOffer
from tasks.claim_offers import PARTNER
from tasks.offer_handovers import audit_offer
from tasks.offer_problems import homeless_offers, late_offers, unread_offers
from tasks.tell_of_offer import offer_lost, was_told

REASONS = {OFFER_HOMELESS: "geen-systeem", OFFER_UNSEEN: "niet-nagelezen"}
ACTS = {
    OFFER_WAITS: "overdracht-wacht",
    OFFER_HOMELESS: "overdracht-zonder-systeem",
    OFFER_UNSEEN: "overdracht-niet-nagelezen",
}


def watch_offers(ledger: Ledger, now: datetime) -> str:
    """What was told, in Dutch, or ''. Who offered it hears, and the lead of who should have it."""
    with ledger.reading() as session:
        if not _untold(session, now):
            return ""
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        untold = _untold(work.session, now)  # another round may have been first, or it was mended meanwhile
        for offer, kind in untold:
            reason = REASONS.get(kind) or offer.reason or "wacht"
            audit_offer(work, offer, ACTS[kind], reden=reason)
            offer_lost(work, offer, kind, reason)
        told = amount(len(untold), "overdracht", "overdrachten")
    return f"{told} voor een mens: te laat, niet na te lezen of zonder systeem" if untold else ""


def _untold(session: Session, now: datetime) -> list[tuple[HandoverOffer, str]]:
    """Which nobody heard of yet, and what is wrong with each."""
    late = ((offer, OFFER_WAITS) for offer in late_offers(session, now))
    lost = ((offer, OFFER_HOMELESS) for offer in homeless_offers(session))
    missed = (offer for offer in unread_offers(session, now) if offer.read_again_at)  # not: this machine was off
    unseen = ((offer, OFFER_UNSEEN) for offer in missed)
    return [(offer, kind) for offer, kind in (*late, *unseen, *lost) if not was_told(offer, kind)]
