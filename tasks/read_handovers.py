"""Read back every hand-over that was delivered: the poll that finds what no notification told."""

import logging
from collections import Counter
from datetime import datetime

from sqlmodel import col, select

from integrations.handover_systems import systems
from integrations.http import Unanswered
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Step
from tasks.claim_offers import STANDS
from tasks.offer_handovers import clock_of
from tasks.read_handover import Heard, read_handover

MISSED = "missed"
LOGGER = logging.getLogger(__name__)


def read_handovers(ledger: Ledger, now: datetime) -> str:
    """Read each; one that cannot be read now is read by the next poll. What was found, in Dutch, or ''."""
    left, found, clock = set(systems()), Counter[str](), clock_of(ledger, now)
    for number, organisation in _delivered(ledger):
        if organisation not in left:
            found[MISSED] += organisation in systems()
            continue
        try:
            found[read_handover(ledger, number, clock())] += 1
        except Unanswered as error:
            found[MISSED] += 1
            if error.result.route_down:
                left.discard(organisation)
        except Exception as error:  # one bad hand-over must not keep the others unread
            LOGGER.warning("read_handovers %s", type(error).__name__)
            found[MISSED] += 1
    return _said(found)


def _delivered(ledger: Ledger) -> list[tuple[int, str]]:
    query = select(HandoverOffer.id, HandoverOffer.organisation)
    query = query.join(Step, col(Step.id) == col(HandoverOffer.step_id))
    query = query.where(HandoverOffer.state == OfferState.DELIVERED, STANDS).order_by(col(HandoverOffer.id))
    with ledger.reading() as session:
        return [(number or 0, organisation) for number, organisation in session.exec(query)]


def _said(found: Counter[str]) -> str:
    if not found:
        return ""
    answered, returned = found[Heard.ACCEPTED] + found[Heard.REFUSED], found[Heard.RETURNED] + found[Heard.LOST]
    return (
        f"{found.total()} overdrachten nagelezen: {answered} beantwoord, {returned} voor een mens, "
        f"{found[MISSED]} niet gelukt"
    )
