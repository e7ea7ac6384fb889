"""Which acts of the trail other systems may hear of, and under what name. An event tells that something happened, when
and in which case; never what: no step, no cause, no person, no outcome (sections 4.5 and 5.3 of the catalogue).

Left out on purpose: alarms, risks, members of the household, the reporter, and who read what.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

PREFIX = "nl.ketenregie."
_OURS = UUID("6f1d3a52-7c0e-5b8e-9a43-2f0c51d7e8b4")


@dataclass(frozen=True)
class Public:
    """`word`: the last part of the event's type; `title`: for people (Dutch)."""

    word: str
    title: str

    @property
    def type(self) -> str:
        """The CloudEvents type, e.g. nl.ketenregie.stap-afgerond."""
        return f"{PREFIX}{self.word}"


PUBLIC = {
    kind.word: kind
    for kind in (
        Public("melding-ontvangen", "Er is een melding aangenomen"),
        Public("stap-geopend", "Een stap is begonnen"),
        Public("stap-afgerond", "Een stap is afgerond"),
        Public("stap-geweigerd", "Een stap is teruggegeven"),
        Public("stap-vervallen", "Een stap is niet meer nodig"),
        Public("termijn-verlengd", "Een termijn is verlengd"),
        Public("termijn-opgeschort", "Een termijn is opgeschort"),
        Public("termijn-hervat", "Een termijn loopt weer"),
        Public("zicht-verplaatst", "Een andere organisatie heeft zicht op veiligheid"),
        Public("zaak-samengevoegd", "De zaak is opgegaan in een andere zaak"),
        Public("zaak-afgesloten", "De zaak is afgesloten"),
    )
}
"""By the act in the audit trail."""


def event_id(audit_hash: str) -> str:
    """The id of the event that this line of the trail is: the same at every try, and in every copy of the ledger."""
    return str(uuid5(_OURS, audit_hash))
