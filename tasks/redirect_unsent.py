"""A mail that waits for somebody who is away or gone by now is made again, for whoever stands in."""

from datetime import datetime
from typing import Any

from sqlmodel import col

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.contacts import address_book
from integrations.ledger.tables import Bundle
from tasks.unmake_mails import unmake_mails, unsent


def redirect_unsent(ledger: Ledger, now: datetime) -> int:
    """Plan the messages of such mails again, before a round bundles; how many mails.

    An alarm stays with whom it was for: it sounds again soon, and is decided anew then.
    """
    with ledger.reading() as session:
        contacts = address_book(session, now).contacts
        gone = [code for code, contact in contacts.items() if contact.away or not contact.active]
        where: list[Any] = [~col(Bundle.acute), col(Bundle.party).in_(gone)]
        if not gone or session.exec(unsent(*where).limit(1)).first() is None:
            return 0
    total = 0
    while unmade := _unmade(ledger, now, where):
        total += unmade
    return total


def _unmade(ledger: Ledger, now: datetime, where: list[Any]) -> int:
    with ledger.unit_of_work(now=now, actor=SYSTEM) as uow:
        if unmade := unmake_mails(uow, *where):
            uow.audit("mails-teruggenomen", bundels=unmade)
        return unmade
