"""Read back every hand-over that was delivered: the poll that finds what no notification told.

What could not be read is read again within the hour: a system that is away each night at the hour of the poll would
otherwise never be heard.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import and_, or_, update
from sqlmodel import col, select

from domain.delivery import LONGEST_WAIT
from domain.dutch import amount
from integrations.handover_systems import systems
from integrations.http import Unanswered
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Step
from tasks.claim_offers import PARTNER, SYSTEM_OF
from tasks.offer_handovers import ROUND_SECONDS, clock_of
from tasks.offer_standing import STANDS, THERE
from tasks.partner_rest import awake, leave_alone, rests_until
from tasks.read_handover import Heard, read_handover

AGAIN = timedelta(minutes=30)
TRIED = and_(col(HandoverOffer.state).in_((OfferState.PLANNED, OfferState.FAILED)), col(HandoverOffer.attempts) > 0)
"""Nobody knows whether it stands there: an answer was lost, or only a part was made."""

LOGGER = logging.getLogger(__name__)


def read_handovers(ledger: Ledger, now: datetime) -> str:
    """Read each that stands there, or may. What was found, in Dutch, or ''."""
    return _read(ledger, now, or_(THERE, TRIED))


def reread_handovers(ledger: Ledger, now: datetime) -> str:
    """Read what an earlier round could not read; a moment too far ahead was written by a wrong clock."""
    again = col(HandoverOffer.read_again_at)
    return _read(ledger, now, or_(THERE, TRIED), or_(again <= now, again > now + LONGEST_WAIT))


def _read(ledger: Ledger, now: datetime, *where: Any) -> str:
    known, found, missed, clock = systems(), Counter[Heard](), dict[int, str](), clock_of(ledger, now)
    left, until = _awake(ledger, now), monotonic() + ROUND_SECONDS
    for number, organisation in _due(ledger, *where) if known else ():
        if organisation not in left or monotonic() >= until:
            missed |= {number: organisation} if organisation in known else {}
            continue
        try:
            found[read_handover(ledger, number, clock())] += 1
        except Unanswered as error:
            missed[number] = organisation
            if leave_alone(error):
                left.discard(organisation)
        except Exception as error:  # one bad hand-over must not keep the others unread
            LOGGER.warning("read_handovers %s", type(error).__name__)
            missed[number] = organisation
    if missed:
        _later(ledger, missed, clock())
    return _said(found, len(missed))


def _awake(ledger: Ledger, now: datetime) -> set[str]:
    with ledger.reading() as session:
        return awake(session, SYSTEM_OF, systems(), now)


def _due(ledger: Ledger, *where: Any) -> list[tuple[int, str]]:
    query = select(HandoverOffer.id, HandoverOffer.organisation)
    query = query.join(Step, col(Step.id) == col(HandoverOffer.step_id))
    with ledger.reading() as session:
        found = session.exec(query.where(STANDS, *where).order_by(col(HandoverOffer.id)))
        return [(number or 0, organisation) for number, organisation in found]


def _later(ledger: Ledger, missed: Mapping[int, str], now: datetime) -> None:
    """After half an hour, or when the rest is over that its system asked for."""
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        connection = work.session.connection()
        for number, organisation in missed.items():
            rested = rests_until(work.session, f"{SYSTEM_OF}:{organisation}", now) or now
            row = update(HandoverOffer).where(col(HandoverOffer.id) == number)
            connection.execute(row.values(read_again_at=max(now + AGAIN, rested)))


def _said(found: Counter[Heard], missed: int) -> str:
    total = found.total() - found[Heard.NOTHING] + missed
    if not total:
        return ""
    answered, returned = found[Heard.ACCEPTED] + found[Heard.REFUSED], found[Heard.RETURNED] + found[Heard.LOST]
    return (
        f"{amount(total, 'overdracht', 'overdrachten')} nagelezen: {answered} beantwoord, "
        f"{returned} voor een mens, {missed} niet gelukt"
    )
