"""Read back every hand-over that was delivered: the poll that finds what no notification told.

What could not be read is read again within the hour: a system that is away each night at the hour of the poll would
otherwise never be heard. What was asked in vain comes after what was not asked yet: one that cannot be read keeps no
other unread.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import and_, or_, update
from sqlmodel import col, func, select

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

AGAIN, BREATH = timedelta(minutes=30), timedelta(milliseconds=1)
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
    known, this = systems(), _Round(ledger, clock_of(ledger, now), _awake(ledger, now))
    for number, organisation in _due(ledger, *where) if known else ():
        if organisation in known:
            this.one(number, organisation)
    missed = this.unasked | this.missed
    if missed:
        _later(ledger, missed, this.clock())
    return _said(this.found, len(missed))


@dataclass
class _Round:
    """What a round came to. `left`: the organisations that may still be asked; `unasked`: whose turn did not come."""

    ledger: Ledger
    clock: Callable[[], datetime]
    left: set[str]
    found: Counter[Heard] = field(default_factory=Counter[Heard])
    missed: dict[int, str] = field(default_factory=dict[int, str])
    unasked: dict[int, str] = field(default_factory=dict[int, str])
    in_a_row: Counter[str] = field(default_factory=Counter[str])
    until: float = field(default_factory=lambda: monotonic() + ROUND_SECONDS)

    def one(self, number: int, organisation: str) -> None:
        """Read this one, when its organisation may still be asked."""
        if organisation not in self.left or monotonic() >= self.until:
            self.unasked[number] = organisation
            return
        try:
            self.found[read_handover(self.ledger, number, self.clock())] += 1
            self.in_a_row[organisation] = 0
        except Unanswered as error:
            self.missed[number] = organisation
            self.in_a_row[organisation] += 1
            if leave_alone(error, in_a_row=self.in_a_row[organisation]):
                self.left.discard(organisation)
        except Exception as error:  # one bad hand-over must not keep the others unread
            LOGGER.warning("read_handovers %s", type(error).__name__)
            self.missed[number] = organisation


def _awake(ledger: Ledger, now: datetime) -> set[str]:
    with ledger.reading() as session:
        return awake(session, SYSTEM_OF, systems(), now)


def _due(ledger: Ledger, *where: Any) -> list[tuple[int, str]]:
    """Who was looked at longest ago comes first."""
    looked_at = func.coalesce(HandoverOffer.read_again_at, HandoverOffer.read_at, HandoverOffer.offered_at)
    query = select(HandoverOffer.id, HandoverOffer.organisation)
    query = query.join(Step, col(Step.id) == col(HandoverOffer.step_id))
    with ledger.reading() as session:
        found = session.exec(query.where(STANDS, *where).order_by(looked_at, col(HandoverOffer.id)))
        return [(number or 0, organisation) for number, organisation in found]


def _later(ledger: Ledger, missed: dict[int, str], now: datetime) -> None:
    """After half an hour, or when the rest is over that its system asked for; in this order, a breath between them."""
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        connection = work.session.connection()
        for place, (number, organisation) in enumerate(reversed(missed.items())):
            rested = rests_until(work.session, f"{SYSTEM_OF}:{organisation}", now) or now
            row = update(HandoverOffer).where(col(HandoverOffer.id) == number)
            connection.execute(row.values(read_again_at=max(now + AGAIN, rested) - place * BREATH))


def _said(found: Counter[Heard], missed: int) -> str:
    total = found.total() - found[Heard.NOTHING] + missed
    if not total:
        return ""
    answered, returned = found[Heard.ACCEPTED] + found[Heard.REFUSED], found[Heard.RETURNED] + found[Heard.LOST]
    return (
        f"{amount(total, 'overdracht', 'overdrachten')} nagelezen: {answered} beantwoord, "
        f"{returned} voor een mens, {missed} niet gelukt"
    )
