"""What stands at the Notificaties APIs of the partners' file: our own subscriptions, as they are there."""

from dataclasses import dataclass

from domain.errors import OutsideFailure
from integrations.http import Unanswered
from integrations.notificaties.config import NotificatieSource
from integrations.notificaties.keeping import is_right, ours


@dataclass(frozen=True)
class SubscriptionLine:
    """One subscription of ours. `right`: it calls our address, for the channel and filters of the partners' file."""

    source: str
    url: str
    callback_url: str
    channels: tuple[str, ...]
    right: bool


def list_subscriptions(source: NotificatieSource) -> list[SubscriptionLine]:
    """Ours at this source. Raises OutsideFailure KR-ABONNEMENT, or WrongUse KR-GEHEIM."""
    try:
        found = ours(source)
    except Unanswered as no:
        raise OutsideFailure("KR-ABONNEMENT", source=source.name, reason=no.result.reason) from None
    return [
        SubscriptionLine(source.name, one.url, one.callback_url, tuple(sorted(one.channels)), is_right(one, source))
        for one in found
    ]
