"""Read the waiting lists of partners as they stood on a day, as known at one moment."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from domain.waiting_lists import WaitingLine
from integrations.ledger.partner_tables import PartnerFigure
from integrations.ledger.tables import Organisation


def read_waiting_lists(session: Session, until: date, known_until: datetime) -> tuple[WaitingLine, ...]:
    """Of each organisation and kind the last figure of a day before `until`, with the one before it.

    A correction that was recorded after `known_until` does not count, so the same question gets the same answer.
    """
    rows = select(PartnerFigure, Organisation.title).join(
        Organisation, col(Organisation.code) == col(PartnerFigure.organisation)
    )
    rows = rows.where(PartnerFigure.day < until, PartnerFigure.recorded_at <= known_until)
    order = (PartnerFigure.organisation, PartnerFigure.kind, PartnerFigure.day, PartnerFigure.version)
    series: dict[tuple[str, str], dict[date, tuple[PartnerFigure, str]]] = {}
    for row, title in session.exec(rows.order_by(*map(col, order))):
        series.setdefault((row.organisation, row.kind), {})[row.day] = (row, title)
    return tuple(_line(list(days.values())) for days in series.values())


def _line(days: list[tuple[PartnerFigure, str]]) -> WaitingLine:
    last, title = days[-1]
    before = days[-2][0].waiting if len(days) > 1 else None
    return WaitingLine(last.organisation, title, last.kind, last.day, last.waiting, last.median_days, before)
