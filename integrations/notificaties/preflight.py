"""What must be right before notifications come in: asks, makes nothing, never raises."""

from urllib.parse import urlsplit

from domain.errors import KetenregieError
from integrations.handover import Finding
from integrations.http import Unanswered
from integrations.notificaties.client import NotificatiesApi
from integrations.notificaties.config import NotificatieSource
from integrations.notificaties.keeping import is_right
from integrations.partners import secret

SHORTEST_SECRET = 32
"""Characters of a secret that somebody from outside shows us (POLICY): more than can be guessed."""


def preflight(config: NotificatieSource) -> list[Finding]:
    """The findings about this source, in the order in which to mend them."""
    try:
        return [*_ours(config), *_asked(config)]
    except KetenregieError as error:
        return [Finding(f"geheim: {error.sentence}", False, error.next_step)]
    except Unanswered as no:
        return [*_ours(config), Finding(f"geen antwoord: {no.result.reason}", False, _advice(no))]


def _ours(config: NotificatieSource) -> list[Finding]:
    path = urlsplit(config.callback_url).path.endswith(f"/notificaties/{config.name}")
    long = len(secret(config.callback_secret).get_secret_value()) >= SHORTEST_SECRET
    return [
        _finding("adres van de ontvanger", path, f"Laat callback_url eindigen op /notificaties/{config.name}."),
        _finding("geheim van de ontvanger", long, f"Kies er een van ten minste {SHORTEST_SECRET} tekens."),
    ]


def _asked(config: NotificatieSource) -> list[Finding]:
    with NotificatiesApi(config) as api:
        known = api.channels().get(config.channel)
        found = [one for one in api.subscriptions() if one.callback_url == config.callback_url]
    right = len(found) == 1 and is_right(found[0], config)
    return [
        _finding("kanaal", known is not None, "Laat de beheerder daar het kanaal maken, of noem een ander."),
        _finding("filters", config.filters.keys() <= (known or set()), "Het kanaal kent een van de filters niet."),
        _finding("abonnement", right, "Maak het met 'ketenregie subscriptions make'."),
    ]


def _finding(what: str, good: bool, advice: str) -> Finding:
    return Finding(what, good, "" if good else advice)


def _advice(no: Unanswered) -> str:
    if no.status in (401, 403):
        return "Controleer client_id, geheim en de scope notificaties.consumeren."
    return "Controleer het adres en of het systeem draait."
