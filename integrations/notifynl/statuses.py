"""What each published status of a notification means for us."""

from enum import StrEnum


class Fate(StrEnum):
    """What became of a notification. `given_up`: not delivered after days of trying; it surely did not arrive."""

    UNDERWAY = "underway"
    ARRIVED = "arrived"
    LOST = "lost"
    GIVEN_UP = "given_up"


FATES = {
    "created": Fate.UNDERWAY,
    "sending": Fate.UNDERWAY,
    "pending": Fate.UNDERWAY,
    "pending-virus-check": Fate.UNDERWAY,
    "sent": Fate.UNDERWAY,  # handed to a network that tells nothing more
    "accepted": Fate.UNDERWAY,
    "received": Fate.UNDERWAY,
    "delivered": Fate.ARRIVED,
    "permanent-failure": Fate.LOST,
    "technical-failure": Fate.LOST,
    "validation-failed": Fate.LOST,
    "virus-scan-failed": Fate.LOST,
    "cancelled": Fate.LOST,
    "returned-letter": Fate.LOST,
    "failed": Fate.LOST,
    "temporary-failure": Fate.GIVEN_UP,
}


def fate(status: object) -> Fate:
    """A status that nobody published yet says that NotifyNL has it: sending again would double it."""
    return FATES.get(status, Fate.UNDERWAY) if isinstance(status, str) else Fate.UNDERWAY
