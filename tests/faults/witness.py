"""What a check looks at: the ledger read anew and whole, and the mails that a mail server wrote down itself."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from integrations.ledger.contacts import AddressBook, address_book
from integrations.ledger.tables import Bundle, Delivery, Message
from tests.faults.obligations import Obligations

Found = Iterator[str]


class Mail(NamedTuple):
    """One copy as the mail server took it in: our reference, the address, the text."""

    reference: str
    to: str
    subject: str = ""
    body: str = ""


@dataclass
class Witness:
    """The ledger at one moment, read whole, and the mails that left."""

    session: Session
    mails: Sequence[Mail]
    now: datetime
    settled: bool

    def __post_init__(self) -> None:
        self.owed = Obligations(self.session, self.now)
        self.messages = list(self.session.exec(select(Message).order_by(col(Message.id))))
        self.bundles = {bundle.id: bundle for bundle in self.session.exec(select(Bundle))}
        self.deliveries = list(self.session.exec(select(Delivery)))
        self.book: AddressBook = address_book(self.session)
        self.steps = {step.id: step for step in self.owed.steps}
        self.inside: dict[int | None, list[Message]] = defaultdict(list)
        for message in self.messages:
            self.inside[message.bundle_id].append(message)

    def address(self, bundle: Bundle, channel: int) -> str:
        """Where this channel of the bundle's party ends; '' when it is no mail address any more."""
        return self.book.channel(bundle.party, channel).removeprefix("mail:")
