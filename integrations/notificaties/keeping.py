"""Exactly one right subscription at a Notificaties API: made when it is not there, doubles and older ones dropped.

Ours are those that call our address, or one where we listened before; those of others are never touched.
"""

from dataclasses import dataclass

from integrations.notificaties.client import NotificatiesApi, Subscription
from integrations.notificaties.config import NotificatieSource


@dataclass(frozen=True)
class Kept:
    """What had to be done. `changed`: it was there, with another channel or filter."""

    made: bool = False
    changed: bool = False
    dropped: int = 0


def keep(source: NotificatieSource) -> Kept:
    """Look, then make or renew, then drop the rest; doing it again changes nothing. Raises Unanswered, WrongUse.

    The right one is renewed too: the secret in it cannot be read back, and Open Notificaties tries our receiver
    whenever a subscription is written, so that each day the whole way back is proven.
    """
    with NotificatiesApi(source) as api:
        found = _ours(api, source)
        right = [one for one in found if one.callback_url == source.callback_url]
        if right:
            api.renew(right[0].url)
        else:
            api.make()
            found = _ours(api, source)  # somebody else may have made one at the same time
        kept = [one for one in found if one.callback_url == source.callback_url][:1]
        old = [one for one in found if one not in kept]
        for one in old:
            api.drop(one.url)
    changed = bool(right) and not is_right(right[0], source)
    return Kept(made=not right, changed=changed, dropped=len(old))


def ours(source: NotificatieSource) -> list[Subscription]:
    """Our subscriptions there. Raises Unanswered, WrongUse."""
    with NotificatiesApi(source) as api:
        return _ours(api, source)


def drop(source: NotificatieSource) -> int:
    """Drop every subscription of ours; how many there were. Raises Unanswered, WrongUse."""
    with NotificatiesApi(source) as api:
        found = _ours(api, source)
        for one in found:
            api.drop(one.url)
    return len(found)


def is_right(one: Subscription, source: NotificatieSource) -> bool:
    """True when it calls us, for the channel and the filters that the section names."""
    return one.callback_url == source.callback_url and one.channels == {source.channel: source.filters}


def _ours(api: NotificatiesApi, source: NotificatieSource) -> list[Subscription]:
    """In a fixed order, so that of two equal ones the same is kept each time."""
    addresses = {source.callback_url, *source.former_callback_urls}
    found = [one for one in api.subscriptions() if one.callback_url in addresses]
    return sorted(found, key=lambda one: (not is_right(one, source), one.url))
