"""Tell a reporter's system once more what did not arrive, and at once what waits: somebody mended what was wrong."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from domain.errors import StateRefusal, UnknownRefusal
from domain.messages import OUTCOME
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.tables import DeliveryState, Message, Report
from integrations.partners import partners
from tasks.acting import acting
from tasks.failed_messages import WAITING
from tasks.partner_rest import wake
from tasks.return_status import REPORTER
from tasks.return_status_claim import SILENT
from tasks.return_status_lost import of_row

AGAIN = "uitkomstmelding-opnieuw"
RETRIED = "retried"
"""How the lost message about it was taken up."""


def retry_outcomes(ledger: Ledger, source: str, by: str, *, number: int | None = None, door: str, now: datetime) -> int:
    """All of this source, or the one with this number in the list; how many. The next round tells them, in order.

    What lost messages say of them is taken up by this person; one that fails again shows again.
    Raises KR-CODE-ONBEKEND, KR-CODE-INACTIEF, KR-ROL, KR-MELDER-ONBEKEND when no such source hears outcomes, and
    KR-UITKOMST-NIET-OPNIEUW when nothing was given up or waits.
    """
    plain = source.strip().upper()
    with ledger.unit_of_work(now=now, actor=Actor(by.strip().upper(), "", door)) as work:
        person = acting(work, by)
        if plain not in {one.source for one in partners().reporters if one.feedback is not None}:
            raise UnknownRefusal("KR-MELDER-ONBEKEND")
        rows = _unheard(work, plain, number)
        if not rows:
            raise StateRefusal("KR-UITKOMST-NIET-OPNIEUW")
        for row in rows:
            _take_up(work, row, person.code)
            row.state, row.attempts, row.next_try_at, row.reason = DeliveryState.PLANNED, 0, now, ""
        wake(work, f"{REPORTER}:{plain}")
        told: dict[str, str | int] = {"bron": plain, "aantal": len(rows)}
        work.audit(AGAIN, ground="S08", case_reference="", step_id="", **told)
    return len(rows)


def _unheard(work: UnitOfWork, source: str, number: int | None) -> Sequence[StatusReturn]:
    """What was given up or waits, unless a later status of the same report was told."""
    state, later = col(StatusReturn.state), aliased(StatusReturn)
    lost = and_(state == DeliveryState.PERMANENT, col(StatusReturn.reason).not_in(SILENT))
    query = select(StatusReturn).join(Report, col(Report.id) == col(StatusReturn.report_id))
    query = query.where(
        Report.source == source, or_(lost, state.in_((DeliveryState.TEMPORARY, DeliveryState.INDEFINITE)))
    )
    overtaken = select(later.id).where(later.report_id == StatusReturn.report_id, later.ordinal > StatusReturn.ordinal)
    query = query.where(~overtaken.where(later.state == DeliveryState.SENT).exists())
    if number is not None:
        query = query.where(StatusReturn.id == number)
    return work.session.exec(query.order_by(col(StatusReturn.id))).all()


def _take_up(work: UnitOfWork, row: StatusReturn, by: str) -> None:
    """The lost message is no longer anybody's task."""
    for message in work.session.exec(select(Message).where(Message.rung == OUTCOME, WAITING, of_row(row))):
        message.handled_at, message.handled_by, message.handled_how = work.now, by, RETRIED
        work.tell_prefect("tag_run", message.step_id)
