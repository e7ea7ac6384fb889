"""What must be right before notifications come in: asks, makes nothing, never raises."""

from urllib.parse import urlsplit

from domain.errors import KetenregieError
from integrations.handover import Finding
from integrations.http import Unanswered
from integrations.notificaties.client import NotificatiesApi
from integrations.notificaties.config import NotificatieSource
from integrations.notificaties.keeping import is_right

SHORTEST_SECRET = 32
"""Characters of a secret that somebody from outside shows us (POLICY): more than can be guessed."""

MAKE = "Maak het met 'ketenregie subscriptions make'."


def preflight(config: NotificatieSource) -> list[Finding]:
    """The findings about this source, in the order in which to mend them."""
    what = f"notificaties {config.name}"
    path = urlsplit(config.callback_url).path.endswith(f"/notificaties/{config.name}")
    address = Finding(
        f"{what}: adres van de ontvanger", path, "" if path else f"Laat het eindigen op /notificaties/{config.name}."
    )
    try:
        return [address, *_asked(config, what)]
    except KetenregieError as error:
        return [address, Finding(f"{what}: geheimen", False, f"{error.sentence} {error.next_step}")]
    except Unanswered as no:
        return [address, Finding(f"{what}: bereikbaar", False, _advice(no))]


def _asked(config: NotificatieSource, what: str) -> list[Finding]:
    with NotificatiesApi(config) as api:
        known = api.channels().get(config.channel)
        found = [one for one in api.subscriptions() if one.callback_url == config.callback_url]
    unknown = sorted(config.filters.keys() - (known or ()))
    one = len(found) == 1 and is_right(found[0], config)
    return [
        Finding(f"{what}: bereikbaar", True),
        Finding(
            f"{what}: kanaal",
            known is not None,
            "" if known is not None else "De beheerder daar moet het kanaal maken.",
        ),
        Finding(f"{what}: filters", not unknown, "" if not unknown else "Het kanaal kent een van de filters niet."),
        Finding(f"{what}: abonnement", one, "" if one else MAKE),
    ]


def _advice(no: Unanswered) -> str:
    if no.status in (401, 403):
        return f"Controleer client_id, geheim en de scope notificaties.consumeren ({no.result.reason})."
    return f"Controleer het adres en of het systeem draait ({no.result.reason})."
