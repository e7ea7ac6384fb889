"""What the doctor says of hand-overs that go no further by themselves."""

from datetime import datetime

from integrations.ledger import Ledger
from tasks.examine_ledger import Check
from tasks.offer_problems import HOMELESS, offer_problems

MEND = "Zie 'ketenregie handover list', en wat hier van het systeem van de ontvanger wordt gezegd."
NOT_LISTED = "Zet dit systeem terug in het partnerbestand, of spreek met de ontvanger af hoe de antwoorden terugkomen."


def examine_offers(ledger: Ledger, now: datetime) -> list[Check]:
    """A warning for each kind of trouble; empty when all is well."""
    with ledger.reading() as session:
        found = offer_problems(session, now)
    return [Check("overdrachten", "warn", one, NOT_LISTED if one.endswith(HOMELESS) else MEND) for one in found]
