"""What an operator can do about a partner's system that does not answer well: a sentence for `doctor`."""

from integrations.http.judge import Unanswered
from integrations.verdict import OF_US

ADVICE = {
    f"{OF_US}http-401": "Controleer de naam en het geheim waarmee ketenregie zich bekend maakt.",
    f"{OF_US}http-403": "Vraag de beheerder daar om de rechten, en controleer de klok van beide machines.",
    f"{OF_US}token-geweigerd": "Er is geen token gegeven; controleer adres, naam, geheim en scope onder 'token'.",
    f"{OF_US}kop-ongeldig": "Een sleutel of kop heeft een teken dat in geen kop past; misschien een regeleinde.",
    "http-404": "Controleer het adres in het partnerbestand.",
    "http-429": "De server vraagt om rust; kijk later opnieuw.",
    "omgeleid": "De server stuurt door; zet het adres waar hij heen stuurt zelf in het partnerbestand.",
    "andere-server": "De server noemt een ander adres dan in het partnerbestand staat; maak ze gelijk.",
    "eigen-certificaat": "Een bestand met ons eigen certificaat of onze sleutel is er niet of is niet goed.",
    "certificaat-verlopen": "Het certificaat van de partner is verlopen; vraag de beheerder daar om een nieuw.",
    "certificaat": "Het certificaat van de partner wordt niet vertrouwd; controleer 'ca' in het partnerbestand.",
    "tls": "De beveiligde verbinding komt niet tot stand; controleer de certificaten van beide kanten.",
    "onleesbaar": "Op dit adres antwoordt iets anders dan verwacht; controleer het adres in het partnerbestand.",
}
ELSE = "Controleer het adres, en of de server van de partner aan staat; het werk wacht tot hij er weer is."


def advice(error: Unanswered) -> str:
    """A Dutch sentence, by the code of the verdict."""
    return ADVICE.get(error.result.reason, ELSE)
