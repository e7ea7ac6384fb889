"""Unsubscribe: the Notificaties API no longer tells us anything. Hand-overs are still read once a day."""

from domain.errors import OutsideFailure
from integrations.http import Unanswered
from integrations.notificaties.config import NotificatieSource
from integrations.notificaties.keeping import drop


def drop_subscriptions(source: NotificatieSource) -> int:
    """How many of ours were dropped there. Raises OutsideFailure KR-ABONNEMENT, or WrongUse KR-GEHEIM."""
    try:
        return drop(source)
    except Unanswered as no:
        raise OutsideFailure("KR-ABONNEMENT", source=source.name, reason=no.result.reason) from None
