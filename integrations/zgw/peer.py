"""What can be seen of the other side from outside: does it answer, which version, is our key good, its clock."""

from collections.abc import Iterator

from integrations.handover import Finding
from integrations.http import Reply, Unanswered
from integrations.http.advice import advice
from integrations.partners import secret
from integrations.zgw.config import ZgwSystem
from integrations.zgw.doors import Doors

PROVEN = {"zaken": (1, 5), "catalogi": (1, 3), "documenten": (1, 4)}
"""The versions of the documents that every exchange in our tests is judged by."""

FLOOR = (1, 29, 3)
"""Open Zaak below it shows zaken to whom they are not for (CVE-2026-54657, GHSA-v9vp-r9j9-9889)."""

SCOPES = (
    "zaken.aanmaken, zaken.lezen, zaken.bijwerken, zaken.statussen.toevoegen, "
    "catalogi.lezen, documenten.aanmaken, documenten.lezen"
)
"""As the published documents name them for what we ask: units and a result take `zaken.bijwerken`."""
SHORTEST_KEY = 32
SLACK = 5.0
LISTS = {"zaken": "zaken", "catalogi": "zaaktypen", "documenten": "enkelvoudiginformatieobjecten"}


def key(doors: Doors) -> Iterator[Finding]:
    """A short secret can be guessed from one token (RFC 7518, 3.2)."""
    if len(secret(doors.system.secret).get_secret_value().encode()) < SHORTEST_KEY:
        advised = f"Spreek een geheim van ten minste {SHORTEST_KEY} tekens af."
        yield Finding("geheim: korter dan het hoort", False, advised, serious=False)


def apis(doors: Doors) -> Iterator[Finding]:
    """Whether each API answers us: a list of nothing, which asks for no more than the right to read."""
    for name, path in LISTS.items():
        if name == "documenten" and doors.system.documenten is None:
            continue
        asked = {"identificatie": "preflight"}
        try:
            reply = doors.get(name, path, params=asked)
        except Unanswered as error:
            yield Finding(f"{name}: {error.result.reason}", False, advice(error))
        else:
            yield _version(name, reply)
    yield Finding(f"schrijfrechten zijn van buiten niet te zien; nodig zijn {SCOPES}", True)


def _version(name: str, reply: Reply) -> Finding:
    said = reply.headers.get("api-version", "")
    found = numbers(said)
    if not found:
        return Finding(f"{name}: antwoordt, versie niet te zien", False, "Vraag de beheerder welke versie.", False)
    if found[0] != PROVEN[name][0]:
        return Finding(f"{name}: versie {numbers_text(found)}, een andere hoofdversie", False, "Vraag om versie 1.")
    if found < PROVEN[name]:
        advised = f"Beproefd is {numbers_text(PROVEN[name])}; probeer eerst een overdracht in hun testomgeving."
        return Finding(f"{name}: versie {numbers_text(found)} is niet beproefd", False, advised, serious=False)
    return Finding(f"{name}: antwoordt, versie {numbers_text(found)}", True)


def clock(doors: Doors) -> Iterator[Finding]:
    """Whether their clock is ours."""
    ahead = doors.signer.seen
    if abs(ahead) > SLACK:
        side = "voor" if ahead > 0 else "achter"
        advised = "Zet beide klokken gelijk (NTP); tot vijf minuten vangt ketenregie het op."
        yield Finding(f"klok: die van de partner loopt {abs(ahead):.0f} seconden {side}", False, advised, serious=False)


def version(system: ZgwSystem) -> Finding:
    """What their manager told, against the floor: no answer of the API shows it."""
    floor = numbers_text(FLOOR)
    if system.peer_version == "anders":
        return Finding("product: geen Open Zaak, zegt het partnerbestand", True)
    found = numbers(system.peer_version)
    if not found:
        advised = f"Vraag of Open Zaak {floor} of nieuwer is, en zet het antwoord in peer_version."
        return Finding("Open Zaak: versie van buiten niet te zien", False, advised, serious=False)
    if found < FLOOR:
        return Finding(f"Open Zaak {numbers_text(found)} heeft een lek", False, f"Vraag om {floor} of nieuwer.")
    return Finding(f"Open Zaak {numbers_text(found)}, zegt het partnerbestand", True)


def numbers(said: str) -> tuple[int, ...]:
    """1.29.3 → (1, 29, 3); empty when it is no version."""
    parts = said.strip().split("-")[0].split(".")
    fit = len(parts) <= 4 and all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts)
    return tuple(int(part) for part in parts) if fit else ()


def numbers_text(found: tuple[int, ...]) -> str:
    """(1, 29, 3) → 1.29.3."""
    return ".".join(map(str, found))
