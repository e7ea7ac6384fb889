"""Invented households: one to six members whose roles and ages fit the concern. Nothing here comes from real people."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from domain.reports import IncomingPerson
from domain.synthetic_region import Place

KEYS = "ABCDEF"
MOST_MEMBERS = len(KEYS)
BIRTH_YEAR_UNKNOWN = 0.04
CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"

Member = tuple[str, int]
"""Role and age."""


@dataclass(frozen=True)
class Household:
    """What all reports on one household share."""

    number: str
    own_number: str
    place: Place
    district: str
    concern: str
    persons: tuple[IncomingPerson, ...]


def new_household(number: str, place: Place, concern: str, year: int, rng: Random) -> Household:
    """A household of which this is the first report that is made, in `year`."""
    district = rng.choices([code for code, _ in place.districts], [weight for _, weight in place.districts])[0]
    return Household(f"H{number}", f"Z{number}", place, district, concern, _persons(concern, year, rng))


def new_numbers(year: int, count: int, rng: Random) -> Iterator[str]:
    """The year and eight consonants, each once: no digits that pass for a telephone number, no vowels for a word."""
    for drawn in rng.sample(range(len(CONSONANTS) ** 8), count):
        letters, rest = "", drawn
        for _ in range(8):
            rest, place = divmod(rest, len(CONSONANTS))
            letters += CONSONANTS[place]
        yield f"{year % 100:02}-{letters}"


def _persons(concern: str, year: int, rng: Random) -> tuple[IncomingPerson, ...]:
    members = _MEMBERS[concern](rng)[:MOST_MEMBERS]
    return tuple(
        IncomingPerson(key=key, role=role, birth_year=None if rng.random() < BIRTH_YEAR_UNKNOWN else year - age)
        for key, (role, age) in zip(KEYS, members, strict=False)
    )


def _children(rng: Random, weights: Sequence[int]) -> list[Member]:
    """Children, eldest first; `weights` says how often there are 0, 1, 2 … of them."""
    number = rng.choices(range(len(weights)), weights)[0]
    return sorted((("child", rng.randint(0, 17)) for _ in range(number)), key=lambda member: -member[1])


def _with_parents(children: list[Member], alone: float, rng: Random) -> list[Member]:
    """One or two parents of an age that fits the eldest child, then the children."""
    eldest = children[0][1] if children else 0
    parents = 1 if rng.random() < alone else 2
    return [*(("adult", eldest + rng.randint(19, 38)) for _ in range(parents)), *children]


def _child_abuse(rng: Random) -> list[Member]:
    return _with_parents(_children(rng, (0, 35, 40, 18, 7)), 0.35, rng)


def _partner_violence(rng: Random) -> list[Member]:
    return _with_parents(_children(rng, (40, 25, 25, 10)), 0.0, rng)


def _elder_abuse(rng: Random) -> list[Member]:
    elders = [("elder", rng.randint(66, 94)) for _ in range(rng.choices((1, 2), (65, 35))[0])]
    return [*elders, *(("adult", rng.randint(35, 62)) for _ in range(rng.choices((0, 1, 2), (30, 60, 10))[0]))]


def _violence_against_parents(rng: Random) -> list[Member]:
    if rng.random() < 0.4:
        return [("adult", rng.randint(42, 64)), ("adult", rng.randint(18, 25))]
    return _with_parents([("child", rng.randint(12, 17))], 0.5, rng)


def _other(rng: Random) -> list[Member]:
    grown = [("adult", rng.randint(18, 64)) for _ in range(rng.choices((1, 2, 3), (15, 60, 25))[0])]
    return [*grown, *_children(rng, (65, 25, 10))]


_MEMBERS: dict[str, Callable[[Random], list[Member]]] = {
    "child_abuse": _child_abuse,
    "partner_violence": _partner_violence,
    "elder_abuse": _elder_abuse,
    "violence_against_parents": _violence_against_parents,
    "other": _other,
}
