"""Everyone a message can go to, read from the ledger once for a whole delivery round."""

from dataclasses import dataclass, field

from sqlmodel import Session, select

from domain.recipients import Contact
from integrations.ledger.tables import Organisation, ProfessionalRow, Team


@dataclass(frozen=True)
class AddressBook:
    """Contacts by code, the title each is addressed with, and the channels, which are never shown."""

    contacts: dict[str, Contact]
    titles: dict[str, str]
    channels: dict[str, tuple[str, ...]] = field(repr=False)

    def channel(self, code: str, number: int) -> str:
        """The channel with this number (0, 1 …) of a code, '' when it is not there any more."""
        channels = self.channels.get(code, ())
        return channels[number] if number < len(channels) else ""


def address_book(session: Session) -> AddressBook:
    """The professionals, and the organisations that have a channel of their own."""
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
