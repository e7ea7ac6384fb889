"""Record waiting lists of partners: what is new, and what corrects an earlier figure of the same day."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from domain.waiting_lists import WaitingList
from integrations.ledger import UnitOfWork
from integrations.ledger.partner_tables import PartnerFigure


@dataclass(frozen=True)
class Taken:
    """How many waiting lists were new, how many corrected an earlier figure, how many were known as they are."""

    new: int = 0
    corrected: int = 0
    known: int = 0


NOTHING = Taken()


def record_waiting_lists(uow: UnitOfWork, lists: Iterable[WaitingList], source: str) -> Taken:
    """Write them inside the caller's unit of work. `source`: bestand or http. An earlier figure is kept beside its
    correction, so that a report of an earlier moment tells what it told then.
    """
    counts = {"new": 0, "corrected": 0, "known": 0}
    for found in lists:
        counts[_record(uow, found, source)] += 1
    taken = Taken(**counts)
    if taken.new or taken.corrected:
        uow.audit("wachtlijsten-ontvangen", ground="sturing", door=source, new=taken.new, corrected=taken.corrected)
    return taken


def _record(uow: UnitOfWork, found: WaitingList, source: str) -> str:
    same = select(PartnerFigure).where(
        PartnerFigure.organisation == found.organisation,
        PartnerFigure.kind == found.kind,
        PartnerFigure.day == found.day,
    )
    last = uow.session.exec(same.order_by(col(PartnerFigure.version).desc())).first()
    if last is not None and (last.waiting, last.median_days) == (found.waiting, found.median_days):
        return "known"
    version = last.version + 1 if last else 1
    row = PartnerFigure(**found.model_dump(), version=version, source=source, recorded_at=uow.now)
    uow.session.add(row)
    uow.session.flush()
    return "corrected" if last else "new"
