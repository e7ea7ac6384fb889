"""Whether a link to our own form can be opened by the people on the other side."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from integrations.handover import Finding
from integrations.http.connection import loopback
from integrations.settings import settings

ADVICE = "Zet KETENREGIE_UI_URL op een adres dat de mensen daar kunnen openen, of haal 'link' uit het partnerbestand."


def own_link(wanted: bool) -> Iterator[Finding]:
    """A finding where the partners' file asks for the link (`link = true`)."""
    if wanted:
        good = not loopback(urlsplit(settings().ui_url).hostname or "localhost")
        told = "link: ons adres is van buiten te openen" if good else "link: ons adres bestaat alleen op deze machine"
        yield Finding(told, good, "" if good else ADVICE)
