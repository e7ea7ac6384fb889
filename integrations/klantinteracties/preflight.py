"""What must be right before anything can be handed over by Klantinteracties: asks, makes nothing, never raises."""

from collections.abc import Callable, Iterator
from typing import Any

from domain.errors import KetenregieError
from integrations.handover import Finding
from integrations.http import Door, Unanswered
from integrations.http.token_auth import TokenAuth
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.own_link import own_link
from integrations.partners import secret

TOKEN = "Vraag de beheerder daar een token met rechten op klantinteracties, en zet het in KETENREGIE_SECRETS."
ACTOR = "Vraag de uuid van de actor die overdrachten krijgt, en zet die bij 'actor' in het partnerbestand."
AGREE = "Spreek een woord af voor elke reden van weigering, en zet ze bij 'refusals' in het partnerbestand."
REACH = "Kijk of het adres klopt en of dat systeem aan staat; vraag het anders de beheerder daar."


def preflight(system: KlantinteractiesSystem) -> list[Finding]:
    """Every finding about this system, in the order in which to mend them."""
    try:
        with Door(system.connection, auth=TokenAuth(secret(system.secret))) as door:
            return findings(system, door)
    except KetenregieError as error:
        return [Finding(f"token {system.secret}", False, error.sentence)]
    except Unanswered as error:
        return [Finding("eigen certificaat", False, error.result.reason)]


def findings(system: KlantinteractiesSystem, door: Door) -> list[Finding]:
    """The same over a door that is open already."""
    return list(_each(system, door))


def _each(system: KlantinteractiesSystem, door: Door) -> Iterator[Finding]:
    said, _ = _asked(lambda: door.get("internetaken", params={"pageSize": "1"}).body)
    yield Finding(f"internetaken lezen{said}", not said, _advice(said, REACH) if said else "")
    if said:
        return
    said, actor = _asked(lambda: door.get(f"actoren/{system.actor}").body)
    there = not said and isinstance(actor, dict)
    yield Finding(f"actor van het lokale team{said}", there, "" if there else _advice(said, ACTOR))
    if there:
        active = actor.get("indicatieActief") is not False
        yield Finding("actor is actief", active, "" if active else ACTOR)
    yield Finding("afgesproken redenen van weigering", bool(system.refusals), "" if system.refusals else AGREE)
    yield from own_link(system.link)


def _asked(question: Callable[[], Any]) -> tuple[str, Any]:
    """The code in brackets when there was no good answer; the answer."""
    try:
        return "", question()
    except Unanswered as error:
        return f" ({error.result.reason})", None


def _advice(said: str, otherwise: str) -> str:
    return TOKEN if "http-401" in said or "http-403" in said else otherwise
