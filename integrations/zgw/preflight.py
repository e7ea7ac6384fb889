"""Whether a hand-over could go to this case system: asks, makes nothing, and says in Dutch what must be mended."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from domain.dutch import listing
from domain.errors import KetenregieError
from integrations.handover import Finding
from integrations.http import Unanswered
from integrations.http.advice import advice
from integrations.own_link import own_link
from integrations.partners import secret
from integrations.zgw.catalogue import Catalogue, Resource, in_order, today_here
from integrations.zgw.config import Answers, ZgwSystem
from integrations.zgw.doors import Doors, addresses, text
from integrations.zgw.peer import apis, clock, key, version

SET_UP = "Laat de beheerder daar het zaaktype aanvullen, of verbeter de naam in het partnerbestand."
AGREE = "Spreek een resultaat en een eindstatus af voor wat Veilig Thuis intrekt; nu belt een mens erover."
STAYS_OPEN = "Zet bij withdrawn_status de eindstatus, of spreek af dat de mensen daar de zaak zelf sluiten."
NO_RESULT = "Spreek ook een withdrawn_result af: zonder resultaat kan een zaak niet sluiten."
OPEN_FIRST = "Noem bij first_status een status waarmee een zaak open blijft."


def preflight(system: ZgwSystem) -> list[Finding]:
    """What was found, in the order in which to mend it. Never raises."""
    try:
        opened = Doors(system, secret(system.secret))
    except KetenregieError as error:
        return [Finding(f"geheim: {error.sentence}", False, error.next_step)]
    with opened:
        return look(opened, today_here())


def look(doors: Doors, today: date) -> list[Finding]:
    """The same, of a system that is open."""
    found = [*key(doors), *apis(doors)]
    if all(finding.good or not finding.serious for finding in found):
        found += _checked("zaaktype", lambda: list(_catalogue(doors, today)))
    return [*found, *own_link(doors.system.link), *clock(doors), version(doors.system)]


def _checked(what: str, asks: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return asks()
    except Unanswered as error:
        return [Finding(f"{what}: {error.result.reason}", False, advice(error))]


def _catalogue(doors: Doors, today: date) -> Iterator[Finding]:
    system, catalogue = doors.system, Catalogue(doors)
    try:
        kind = catalogue.zaaktype(today)
    except Unanswered as error:
        if error.result.reason != "relay-zaaktype":
            raise
        yield Finding(f"zaaktype {system.zaaktype} is er niet, of vandaag niet geldig en gepubliceerd", False, SET_UP)
        return
    address = doors.own("catalogi", text(kind, "url"))
    yield Finding(f"zaaktype {system.zaaktype} is gepubliceerd en vandaag geldig", True)
    yield from _statuses(doors, catalogue.of("statustypen", address))
    yield from _results(doors, catalogue.of("resultaattypen", address))
    roles = [role.get("omschrijvingGeneriek") for role in catalogue.of("roltypen", address)]
    yield _all("roltypen", [unit.role for unit in system.units], roles)
    if system.document_type is not None:
        kinds = [catalogue.named(found) for found in addresses(kind, "informatieobjecttypen")]
        yield _all("informatieobjecttype", [system.document_type], names(kinds))
    if system.answers.properties:
        properties = catalogue.of("eigenschappen", address)
        yield _all("eigenschappen", sorted(system.answers.properties), [one.get("naam") for one in properties])


def _statuses(doors: Doors, kinds: list[Resource]) -> Iterator[Finding]:
    system = doors.system
    there = names(in_order(kinds))
    first = system.first_status or next(iter(there), "eerste status")
    yield _all("statustypen", [first, *system.answers.statuses], there)
    yield from _without_meaning("statustypen", {first, *system.answers.statuses}, there, system)
    ends = {str(kind.get("omschrijving")) for kind in kinds if kind.get("isEindstatus") is True}
    if first in ends:
        yield Finding(f"eerste status {shown(first)} is een eindstatus", False, OPEN_FIRST)
    yield from _withdrawal(system.answers, ends)


def _withdrawal(agreed: Answers, ends: set[str]) -> Iterator[Finding]:
    """What is taken back here must be closed there, and a zaak closes only with a result."""
    if not agreed.withdrawn_status and not agreed.withdrawn_result:
        yield Finding("intrekken: niets afgesproken", False, AGREE, serious=False)
    elif agreed.withdrawn_status not in ends:
        yield Finding("intrekken: de zaak blijft daar open", False, STAYS_OPEN, serious=False)
    elif not agreed.withdrawn_result:
        yield Finding("intrekken: een eindstatus zonder resultaat", False, NO_RESULT)


def _results(doors: Doors, kinds: list[Resource]) -> Iterator[Finding]:
    system = doors.system
    yield _all("resultaattypen", list(system.answers.results), names(kinds))
    yield from _without_meaning("resultaattypen", set(system.answers.results), names(kinds), system)


def _all(what: str, wanted: list[str], there: list[Any]) -> Finding:
    """Every name of ours must be one of theirs."""
    missing = [name for name in dict.fromkeys(wanted) if name not in there]
    if missing:
        return Finding(f"{what} zonder {listing(missing)}", False, SET_UP)
    return Finding(f"{what}: alle namen zijn er", True)


def _without_meaning(what: str, known: set[str], there: list[str], system: ZgwSystem) -> Iterator[Finding]:
    """Names of theirs that say nothing to us: a hand-over that gets one waits for ever."""
    silent = [name for name in there if name not in known and name not in system.answers.means_nothing]
    if silent:
        told = listing([shown(name) for name in silent])
        advised = "Geef ze een betekenis in het partnerbestand, of zet ze onder means_nothing."
        yield Finding(f"{what} zonder betekenis: {told}", False, advised, serious=False)


def names(kinds: list[Resource]) -> list[str]:
    """What they are called."""
    called = [kind.get("omschrijving") for kind in kinds]
    return [name for name in called if isinstance(name, str)]


def shown(name: str) -> str:
    """A name from a catalogue, fit to be shown."""
    return "".join(sign for sign in name if sign.isprintable())[:80]
