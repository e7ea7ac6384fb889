"""Whether the ways to tell others fit the region, and what was told and not taken, or came back and is not ours."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, func, select

from domain.dutch import amount, moment_text
from integrations.events.config import Subscriber
from integrations.ledger import Ledger
from integrations.ledger.contacts import address_book
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.settings_table import get
from integrations.ledger.tables import DeliveryState, Organisation
from integrations.notifynl.addresses import NOTIFYNL, SMS, parse_channel
from integrations.partners import Partners
from tasks.examine_ledger import Check
from tasks.note_receipt import UNKNOWN, UNKNOWN_AT
from tasks.send_events import NOT_THEIRS

MEND = "Vul het partnerbestand aan, of geef deze medewerkers een ander kanaal; hun berichten wachten."
OURS = "Kijk of een andere installatie dezelfde dienst gebruikt, en wat is verstuurd na een kopie die is teruggezet."
RECENT = timedelta(days=7)
"""So long after the last receipt of a message we do not know, the doctor warns (POLICY); then it only tells."""


def examine_telling(ledger: Ledger, given: Partners, now: datetime) -> list[Check]:
    """What does not fit, and what was given up; empty when all is well."""
    with ledger.reading() as session:
        heard = (check for one in given.subscribers for check in _heard(session, one))
        return [*_channels(session, given), *_strange(session, now), *heard]


def _channels(session: Session, given: Partners) -> Iterator[Check]:
    listed = [channel for channels in address_book(session).channels.values() for channel in channels]
    addresses = [parse_channel(channel) for channel in listed if channel.startswith(NOTIFYNL)]
    used = Counter(address.kind if address else "" for address in addresses)
    if used and given.notifynl is None:
        found = f"{amount(used.total(), 'kanaal', 'kanalen')} van NotifyNL, maar NotifyNL is niet ingesteld"
        yield Check("kanalen", "fail", found, MEND)
    elif used[SMS] and given.notifynl and given.notifynl.sms_template is None:
        found = f"{amount(used[SMS], 'kanaal', 'kanalen')} voor sms, maar er is geen sms_template"
        yield Check("kanalen", "fail", found, MEND)


def _strange(session: Session, now: datetime) -> Iterator[Check]:
    """Receipts of NotifyNL of messages that this ledger did not send."""
    number, last = int(get(session, UNKNOWN) or 0), get(session, UNKNOWN_AT)
    if not number:
        return
    at = datetime.fromisoformat(last) if last else None
    found = f"{amount(number, 'ontvangstbericht', 'ontvangstberichten')} met een onbekend kenmerk"
    found += f", het laatste op {moment_text(at)}" if at else ""
    recent = at is not None and now - at < RECENT
    yield Check("notifynl", "warn" if recent else "ok", found, OURS if recent else "")


def _heard(session: Session, subscriber: Subscriber) -> Iterator[Check]:
    what = f"abonnee {subscriber.name}"
    if subscriber.organisation and session.get(Organisation, subscriber.organisation) is None:
        yield Check(what, "fail", "organisatie staat niet in de regio", "Verbeter de code in het partnerbestand.")
    given_up = select(func.count()).where(
        EventDelivery.subscriber == subscriber.name,
        EventDelivery.state == DeliveryState.PERMANENT,
        EventDelivery.reason != NOT_THEIRS,
    )
    if number := session.exec(given_up).one():
        mend = f"Kijk met 'ketenregie events list'; opnieuw: 'ketenregie events retry {subscriber.name} --by CODE'."
        yield Check(what, "warn", f"{amount(number, 'gebeurtenis', 'gebeurtenissen')} niet bezorgd", mend)
