"""Read the figures of a period: per municipality and for the region, as known at one moment (process catalogue 4.1)."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session

from domain.errors import UnknownRefusal
from domain.figures import REGION, Figures, Period, fortnight, half_year
from domain.policy import Policy
from domain.terms import local_date
from integrations.ledger.figures import Window, last_recorded, places
from tasks.count_figures import Counting


def figures_of(
    session: Session, policy: Policy, period: Period, known_until: datetime | None = None, *, stock: bool = True
) -> Figures:
    """All counts of this period. `known_until` (aware): leave out what was recorded later; None: all there is now.

    Without `stock` the states at the end are left at zero (except cases): counting them costs the most.
    """
    known = known_until or last_recorded(session) or period.ends
    counting = Counting(policy, period, Window(session, period.begins, period.ends, known))
    counting.all(stock=stock)
    there = places(session)
    counts = {place: counting.of(place) for place in (*(code for code, _ in there), REGION)}
    return Figures(period, known, policy.version, there, counts)


def read_figures(
    session: Session, policy: Policy, *, cut_off: date | None = None, half: str = "", municipality: str = REGION
) -> Mapping[str, int]:
    """The counts of one municipality (empty: the region): of the last fortnight ended on `cut_off`, or of a half year.

    The names are those of domain/measures.py. Raises InputRefusal KR-PERIODE or UnknownRefusal KR-GEMEENTE-ONBEKEND.
    """
    anchor = policy.information.fortnightly_anchor
    known = last_recorded(session)
    day = cut_off or (local_date(known) if known else anchor)
    figures = figures_of(session, policy, half_year(half) if half else fortnight(anchor, day))
    if municipality not in figures.counts:
        raise UnknownRefusal("KR-GEMEENTE-ONBEKEND")
    return figures.counts[municipality]
