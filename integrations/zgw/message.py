"""The fixed words of a hand-over in their system. No names and no content: what it is about is told in person."""

import base64
from typing import Any

from domain.dutch import day_text
from integrations.handover import Offer
from integrations.zgw.config import ZgwSystem

OUR_SOURCE = "VT-regie"
WITHDRAWN = "Ingetrokken door Veilig Thuis"
ANSWERED = "Beantwoord bij Veilig Thuis"
OFFERED = "Aangeboden door Veilig Thuis"
OURS = frozenset({WITHDRAWN, ANSWERED, OFFERED})


def title(offer: Offer) -> str:
    """What they see in a list."""
    return f"Overdracht {offer.case_reference}"


def words(offer: Offer, *, with_link: bool = False) -> str:
    """What stands in it."""
    due = [f"Graag uw antwoord uiterlijk {day_text(offer.due_on)}."] if offer.due_on else []
    here = ["Aanvaarden of weigeren kan in uw eigen systeem of hier:", offer.link]
    lines = [
        f"Veilig Thuis biedt een overdracht aan onder nummer {offer.case_reference}.",
        *due,
        *(here if with_link and offer.link else ["Aanvaarden of weigeren kan in uw eigen systeem."]),
        "De inhoud bespreekt Veilig Thuis met u in het overdrachtsgesprek.",
    ]
    return "\n".join(lines)


def zaak(system: ZgwSystem, offer: Offer, zaaktype: str) -> dict[str, Any]:
    """The body of POST /zaken. `identificatie` is ours, so a second one is refused there."""
    own = [{"kenmerk": offer.own_number[:40], "bron": system.own_number_source}] if offer.own_number else []
    return {
        "identificatie": offer.number,
        "bronorganisatie": system.rsin,
        "verantwoordelijkeOrganisatie": system.responsible,
        "zaaktype": zaaktype,
        "startdatum": offer.offered_on.isoformat(),
        "omschrijving": title(offer)[:80],
        "toelichting": words(offer, with_link=system.link)[:1000],
        "vertrouwelijkheidaanduiding": system.confidentiality,
        "kenmerken": [{"kenmerk": offer.case_reference[:40], "bron": OUR_SOURCE}, *own],
        **({"uiterlijkeEinddatumAfdoening": offer.due_on.isoformat()} if offer.due_on else {}),
    }


def document(system: ZgwSystem, offer: Offer, kind: str) -> dict[str, Any]:
    """The body of POST /enkelvoudiginformatieobjecten.

    `indicatieGebruiksrecht` is set: without it they could never close their zaak (ZRC business rule zrc-007).
    """
    content = words(offer, with_link=system.link).encode()
    return {
        "identificatie": offer.number,
        "bronorganisatie": system.rsin,
        "creatiedatum": offer.offered_on.isoformat(),
        "titel": title(offer),
        "auteur": system.user,
        "taal": "nld",
        "formaat": "text/plain",
        "bestandsnaam": "overdracht.txt",
        "bestandsomvang": len(content),
        "inhoud": base64.b64encode(content).decode(),
        "status": "definitief",
        "vertrouwelijkheidaanduiding": system.confidentiality,
        "indicatieGebruiksrecht": False,
        "informatieobjecttype": kind,
    }
