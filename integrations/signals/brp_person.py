"""What the BRP says of a person, as a coded signal: four reasons to be out of sight, and a move.

Only these fields are asked (data minimisation); the address itself never is.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.signals import SignalCode

FIELDS = (
    "datumInschrijvingInGemeente",
    "gemeenteVanInschrijving.code",
    "verblijfplaats.datumVan",
    "verblijfplaats.indicatieVastgesteldVerblijftNietOpAdres",
)
EMIGRATED = "E"
UNKNOWN, ABROAD = "VerblijfplaatsOnbekend", "VerblijfplaatsBuitenland"

Seen = tuple[SignalCode, date | None]
"""The code, and the day it holds from; None where the BRP knows no whole date, or none of this code."""


def signal_of(person: Mapping[str, Any], since: date) -> Seen | None:
    """The signal in what the BRP says of a person; None when nothing since that day makes one. Worst first."""
    home = _object(person.get("verblijfplaats"))
    day = _day(home.get("datumVan"))
    ended = _object(person.get("opschortingBijhouding"))
    if ended:
        left = _object(ended.get("reden")).get("code") == EMIGRATED
        return SignalCode.ABROAD if left else SignalCode.REGISTRATION_ENDED, _day(ended.get("datum"))
    if home.get("type") == UNKNOWN:
        return SignalCode.RESIDENCE_UNKNOWN, day
    if home.get("type") == ABROAD:
        return SignalCode.ABROAD, day
    if home.get("indicatieVastgesteldVerblijftNietOpAdres") is True:
        return SignalCode.NOT_AT_ADDRESS, None  # the only day there is, is that of moving in
    return _move(_day(person.get("datumInschrijvingInGemeente")), day, since)


def _move(municipality: date | None, home: date | None, since: date) -> Seen | None:
    """The last one: who came into another municipality may have moved again within it."""
    if municipality is not None and municipality >= since and not (home is not None and home > municipality):
        return SignalCode.MOVED_MUNICIPALITY, municipality
    return (SignalCode.MOVED, home) if home is not None and home >= since else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(_object(value).get("datum", "")))
    except ValueError:
        return None
