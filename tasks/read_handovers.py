"""Read back every hand-over that was delivered: the poll that finds what no notification told.

What could not be read is read again within the hour: a system that is away each night at the hour of the poll would
otherwise never be heard.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from domain.dutch import amount
from integrations.handover_systems import systems
from integrations.http import Unanswered
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.tables import Step
from tasks.claim_offers import PARTNER, STANDS
from tasks.offer_handovers import ROUND_SECONDS, clock_of
from tasks.read_handover import Heard, read_handover

AGAIN = timedelta(minutes=30)
LOGGER = logging.getLogger(__name__)


def read_handovers(ledger: Ledger, now: datetime) -> str:
    """Read each that stands. What was found, in Dutch, or ''."""
    return _read(ledger, now)


def reread_handovers(ledger: Ledger, now: datetime) -> str:
    """Read what an earlier round could not read; a moment too far ahead was written by a wrong clock."""
    again = col(HandoverOffer.read_again_at)
    return _read(ledger, now, (again <= now) | (again > now + AGAIN))


def _read(ledger: Ledger, now: datetime, *where: Any) -> str:
    left, found, missed, clock = set(systems()), Counter[Heard](), list[int](), clock_of(ledger, now)
    until = monotonic() + ROUND_SECONDS
    for number, organisation in _delivered(ledger, *where) if left else ():
        if organisation not in left or monotonic() >= until:
            missed += [number] if organisation in systems() else []
            continue
        try:
            found[read_handover(ledger, number, clock())] += 1
        except Unanswered as error:
            missed.append(number)
            if error.result.route_down:
                left.discard(organisation)
        except Exception as error:  # one bad hand-over must not keep the others unread
            LOGGER.warning("read_handovers %s", type(error).__name__)
            missed.append(number)
    if missed:
        _later(ledger, missed, clock())
    return _said(found, len(missed))


def _delivered(ledger: Ledger, *where: Any) -> list[tuple[int, str]]:
    query = select(HandoverOffer.id, HandoverOffer.organisation)
    query = query.join(Step, col(Step.id) == col(HandoverOffer.step_id))
    query = query.where(HandoverOffer.state == OfferState.DELIVERED, STANDS, *where).order_by(col(HandoverOffer.id))
    with ledger.reading() as session:
        return [(number or 0, organisation) for number, organisation in session.exec(query)]


def _later(ledger: Ledger, missed: list[int], now: datetime) -> None:
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        connection = work.session.connection()
        for number in missed:
            row = update(HandoverOffer).where(col(HandoverOffer.id) == number)
            connection.execute(row.values(read_again_at=now + AGAIN))


def _said(found: Counter[Heard], missed: int) -> str:
    if not found and not missed:
        return ""
    answered, returned = found[Heard.ACCEPTED] + found[Heard.REFUSED], found[Heard.RETURNED] + found[Heard.LOST]
    return (
        f"{amount(found.total() + missed, 'overdracht', 'overdrachten')} nagelezen: {answered} beantwoord, "
        f"{returned} voor een mens, {missed} niet gelukt"
    )
