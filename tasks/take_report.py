"""Take a report that a reporter's system hands over: whole or not at all, and the same report once."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import select

from domain.errors import WrongUse
from domain.reports import IncomingReport, same_content
from integrations.ledger import Ledger
from integrations.ledger.tables import Organisation, Report
from tasks.claim_offers import PARTNER
from tasks.receive_report import receive


class Taken(StrEnum):
    """`changed`: that number is known with another content, and nothing was recorded."""

    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"


def take_report(ledger: Ledger, report: IncomingReport, now: datetime) -> Taken:
    """Record this report with its case and its intake, as an import does; a possibly acute one alarms from its intake.

    Raises UnknownRefusal KR-GEMEENTE-ONBEKEND, and WrongUse KR-DEUR-BRON when the source is not in the region.
    """
    with ledger.unit_of_work(now=now, actor=PARTNER) as work:
        if work.session.get(Organisation, report.source) is None:
            raise WrongUse("KR-DEUR-BRON")
        same = (Report.source == report.source, Report.number == report.number)
        before = work.session.exec(select(Report.content_hash).where(*same)).first()
        if before is not None:
            return Taken.KNOWN if same_content(report, before) else Taken.CHANGED
        receive(work, report, now)
        return Taken.NEW
