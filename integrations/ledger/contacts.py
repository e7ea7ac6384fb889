"""Everyone a message can go to, read from the ledger once for a whole delivery round."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session, select

from domain.duty import Duty, on_duty
from domain.policy import Policy
from domain.recipients import Contact, recipient
from integrations.ledger.people import duty_from
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Organisation, ProfessionalRow, Team


@dataclass(frozen=True)
class AddressBook:
    """Contacts by code, the title each is addressed with, and the channels, which are never shown.

    `awake`: who may be written to at any hour, at the moment the book is about.
    """

    contacts: dict[str, Contact]
    titles: dict[str, str]
    channels: dict[str, tuple[str, ...]] = field(repr=False)
    awake: frozenset[str] = frozenset()

    def any_hour(self, party: str, *, acute: bool, counts: bool) -> bool:
        """True when a message to this party need not wait for working hours."""
        return acute or recipient(party, self.contacts, counts=counts) in self.awake

    def wakes(self, *, counts: bool) -> list[str]:
        """The parties, the empty one among them, whose messages go to somebody who is awake."""
        return [party for party in (*self.contacts, "") if self.any_hour(party, acute=False, counts=counts)]

    def channel(self, code: str, number: int) -> str:
        """The channel with this number (0, 1 …) of a code, '' when it is not there any more."""
        channels = self.channels.get(code, ())
        return channels[number] if number < len(channels) else ""


def address_book(session: Session, now: datetime | None = None) -> AddressBook:
    """The professionals, and the organisations that have a channel of their own. Without `now` nobody is away."""
    book = _everyone(session)
    return book_at(book, duty_from(session, now), policy_of(session), now) if now else book


def book_at(book: AddressBook, duty: Duty, policy: Policy, now: datetime) -> AddressBook:
    """The same book at a moment: who is away, and who is awake."""
    away = duty.away(now)
    contacts = {code: replace(contact, away=code in away) for code, contact in book.contacts.items()}
    roles = {code: contact.roles for code, contact in contacts.items() if contact.active}
    return replace(book, contacts=contacts, awake=on_duty(roles, duty, policy.hours, now))


def _everyone(session: Session) -> AddressBook:
    people = session.exec(select(ProfessionalRow).order_by(ProfessionalRow.code)).all()
    organisations = session.exec(select(Organisation).where(Organisation.channel != "")).all()
    teams = {team.code: team.title for team in session.exec(select(Team))}
    contacts = {row.code: Contact(row.code, "", frozenset(), 1) for row in organisations} | {
        row.code: Contact(row.code, row.team, frozenset(row.roles), len(row.channels), row.deputy, row.active)
        for row in people
    }
    titles = {row.code: row.title for row in organisations} | {row.code: teams.get(row.team, "") for row in people}
    channels = {row.code: (f"org:{row.channel}",) for row in organisations} | {
        row.code: tuple(row.channels) for row in people
    }
    return AddressBook(contacts, titles, channels)
