"""Whether the ways to tell others fit the region: channels of NotifyNL, subscribers, and events that nobody took."""

from collections import Counter
from collections.abc import Iterator

from sqlmodel import Session, func, select

from domain.dutch import amount
from integrations.events.config import Subscriber
from integrations.ledger import Ledger
from integrations.ledger.contacts import address_book
from integrations.ledger.partner_tables import EventDelivery
from integrations.ledger.tables import DeliveryState, Organisation
from integrations.notifynl.addresses import NOTIFYNL, SMS, parse_channel
from integrations.partners import Partners
from tasks.examine_ledger import Check

MEND = "Vul het partnerbestand aan, of geef deze medewerkers een ander kanaal; hun berichten wachten."


def examine_telling(ledger: Ledger, given: Partners) -> list[Check]:
    """What does not fit, and what was given up; empty when all is well."""
    with ledger.reading() as session:
        return [*_channels(session, given), *(check for one in given.subscribers for check in _heard(session, one))]


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


def _heard(session: Session, subscriber: Subscriber) -> Iterator[Check]:
    what = f"abonnee {subscriber.name}"
    if subscriber.organisation and session.get(Organisation, subscriber.organisation) is None:
        yield Check(what, "fail", "organisatie staat niet in de regio", "Verbeter de code in het partnerbestand.")
    given_up = select(func.count()).where(
        EventDelivery.subscriber == subscriber.name, EventDelivery.state == DeliveryState.PERMANENT
    )
    if number := session.exec(given_up).one():
        mend = f"Meld {subscriber.name} dat zij iets misten; het logboek noemt de regels (gebeurtenis-mislukt)."
        yield Check(what, "warn", f"{amount(number, 'gebeurtenis', 'gebeurtenissen')} niet bezorgd", mend)
