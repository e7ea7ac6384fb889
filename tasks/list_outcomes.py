"""What reporters' systems still have to hear of their reports, and what did not arrive."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.tables import Case, DeliveryState, Report
from tasks.return_status_claim import SILENT


@dataclass(frozen=True)
class OutcomeLine:
    """One status for one reporter's system: `number` is ours, `written_at` when it was planned, `reason` a code."""

    number: int
    source: str
    case_reference: str
    status: str
    written_at: datetime
    state: str
    attempts: int
    next_try_at: datetime | None
    reason: str


def list_outcomes(session: Session, *, source: str = "", whole: bool = False, limit: int = 100) -> list[OutcomeLine]:
    """The newest first; what was sent, or need not be told any more, only when the `whole` list is asked."""
    query = (
        select(StatusReturn, Report.source, Case.reference)
        .join(Report, col(Report.id) == col(StatusReturn.report_id))
        .join(Case, col(Case.id) == col(Report.case_id))
        .order_by(col(StatusReturn.id).desc())
        .limit(limit)
    )
    if source:
        query = query.where(Report.source == source.strip().upper())
    if not whole:
        state = col(StatusReturn.state)
        lost = or_(state != DeliveryState.PERMANENT, col(StatusReturn.reason).not_in(SILENT))
        query = query.where(state != DeliveryState.SENT, lost)
    return [
        OutcomeLine(
            number=row.id or 0,
            source=of,
            case_reference=reference,
            status=row.status,
            written_at=row.written_at,
            state=row.state,
            attempts=row.attempts,
            next_try_at=row.next_try_at,
            reason=row.reason,
        )
        for row, of, reference in session.exec(query)
    ]
