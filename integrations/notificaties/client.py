"""The Notificaties API as a client: subscriptions (abonnementen) and channels (kanalen)."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from integrations.http import Door, Unanswered
from integrations.notificaties.config import NotificatieSource
from integrations.partners import secret
from integrations.verdict import Result, Verdict
from integrations.zgw.token import Signer

Channels = dict[str, dict[str, str]]
"""Channel → its filters."""


@dataclass(frozen=True)
class Subscription:
    """A subscription as the other side has it. What it shows us when it calls cannot be read back."""

    url: str
    callback_url: str
    channels: Channels = field(default_factory=dict)


class NotificatiesApi:
    """One Notificaties API. Use it as a context. Every method raises Unanswered with a verdict.

    Raises WrongUse KR-GEHEIM when a secret that the section names is not set.
    """

    def __init__(self, source: NotificatieSource) -> None:
        self._source = source
        self._auth = f"Bearer {secret(source.callback_secret).get_secret_value()}"
        self._door = Door(source.connection, auth=Signer(source.client_id, secret(source.secret), source.user))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.close()

    def subscriptions(self) -> list[Subscription]:
        """Every subscription there, those of others too."""
        return [_subscription(item) for item in _listed(self._door.get("abonnement").body)]

    def channels(self) -> dict[str, frozenset[str]]:
        """Every channel there, with the filters it knows."""
        found = _listed(self._door.get("kanaal").body)
        return {str(item.get("naam", "")): _filters(item) for item in found}

    def make(self) -> None:
        """Subscribe. After an indefinite verdict the subscription may be there: look before making another."""
        self._door.ask("POST", "abonnement", content=self._wanted())

    def renew(self, url: str) -> None:
        """Bring a subscription to what the section says, the secret included."""
        self._door.ask("PUT", url, content=self._wanted())

    def drop(self, url: str) -> None:
        """Unsubscribe; one that is gone already is dropped."""
        try:
            self._door.ask("DELETE", url)
        except Unanswered as no:
            if not no.not_there:
                raise

    def _wanted(self) -> dict[str, Any]:
        given = self._source
        channel = {"naam": given.channel, "filters": given.filters}
        return {"callbackUrl": given.callback_url, "auth": self._auth, "kanalen": [channel]}


def _filters(channel: dict[str, Any]) -> frozenset[str]:
    found = channel.get("filters") or []
    if not isinstance(found, list):
        raise unreadable()
    return frozenset(map(str, found))


def _listed(body: object) -> list[dict[str, Any]]:
    """A list of objects; this API has no pages for either."""
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        raise unreadable()
    return body


def _subscription(item: dict[str, Any]) -> Subscription:
    url, callback, channels = item.get("url"), item.get("callbackUrl"), item.get("kanalen") or []
    if not isinstance(url, str) or not isinstance(callback, str) or not isinstance(channels, list):
        raise unreadable()
    return Subscription(url, callback, {_name(channel): dict(channel.get("filters") or {}) for channel in channels})


def _name(channel: object) -> str:
    if not isinstance(channel, dict) or not isinstance(channel.get("filters") or {}, dict):
        raise unreadable()
    return str(channel.get("naam", ""))


def unreadable() -> Unanswered:
    """An answer that is not what the document says."""
    return Unanswered(Result(Verdict.TEMPORARY, "onleesbaar"))
