"""Which addresses a notification may be about: what stands in a case system of the partners' file."""

import re

from integrations.partners import Partners

RESOURCE = re.compile(r"[a-z]{1,40}/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def known_resource(given: Partners, url: str) -> bool:
    """True for `<configured address><resource>/<uuid>`, spelled as we spell it; nothing else is ever kept or visited.

    So an address that is kept holds no query, no name and no number of a person.
    """
    places = [system.zaken.url for system in given.zgw] + [system.connection.url for system in given.klantinteracties]
    return any(url.startswith(place) and RESOURCE.fullmatch(url[len(place) :]) for place in places)
