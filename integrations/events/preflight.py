"""What must be right before a subscriber can be told. Asks, makes nothing, never raises."""

from domain.errors import WrongUse
from integrations.events.config import Subscriber
from integrations.events.webhook import signing_key
from integrations.handover import Finding
from integrations.http import Door, Unanswered


def preflight(subscriber: Subscriber) -> list[Finding]:
    """The key, and whether anybody answers at the address: with what does not matter, only an event is taken there."""
    return [_key(subscriber), _there(subscriber)]


def _key(subscriber: Subscriber) -> Finding:
    what = f"abonnee {subscriber.name}: de sleutel"
    try:
        signing_key(subscriber.secret)
    except WrongUse as error:
        return Finding(what, False, str(error))
    return Finding(what, True)


def _there(subscriber: Subscriber) -> Finding:
    what = f"abonnee {subscriber.name} antwoordt"
    try:
        with Door(subscriber.connection) as door:
            door.ask("OPTIONS", "")
    except Unanswered as error:
        if not error.status or error.status >= 500:
            return Finding(what, False, f"{error.result.reason}; controleer het adres en de verbinding.")
    return Finding(what, True)
