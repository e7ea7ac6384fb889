"""Whether what a Notificaties API tells is recognised: if nothing is, its addresses are spelled otherwise than ours."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from domain.dutch import amount
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import Notification
from integrations.partners import Partners
from tasks.count_strange import Strange, strange_of
from tasks.examine_ledger import Check

MEND = "Schrijf de adressen in het partnerbestand precies zoals het systeem van de partner ze schrijft (naam en poort)."


def examine_notifications(ledger: Ledger, given: Partners, now: datetime) -> list[Check]:
    """A warning for each source that told something, and nothing we know; empty when all is well."""
    with ledger.reading() as session:
        return list(_unknown(session, given, now))


def _unknown(session: Session, given: Partners, now: datetime) -> Iterator[Check]:
    for source in given.notificaties:
        strange = strange_of(session, source.name, now)
        if strange and not _recognised(session, source.name, strange):
            found = f"{amount(strange.number, 'melding', 'meldingen')}, 0 herkend"
            yield Check(f"notificaties {source.name}", "warn", found, MEND)


def _recognised(session: Session, source: str, strange: Strange) -> bool:
    """Whether anything of ours came since the first strange one."""
    since = col(Notification.received_at) >= strange.first
    return (
        session.exec(select(Notification.id).where(Notification.source == source, since).limit(1)).first() is not None
    )
