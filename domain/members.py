"""Who in the case a member of a report is. Letters are the reporter's: one letter never hides another person.

The same letter is the same person when role and birth year agree, or one of both years is not known. Anybody else joins
under the next free letter, and the intake shows it (POLICY, own choice: a report is never refused for its letters).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from string import ascii_uppercase

from domain.case import Person, PersonRole
from domain.reports import IncomingPerson


@dataclass(frozen=True)
class Placed:
    """A member of the household as it must stand from now on: `new`, or known with a birth year that was not."""

    person: Person
    new: bool


def place(known: Iterable[Person], told: Sequence[IncomingPerson]) -> tuple[Placed, ...]:
    """What this report changes in the household. Who is known and says nothing new is left out."""
    household = {person.key: person for person in known}
    letters = {member.key for member in told}
    placed: list[Placed] = []
    for member in told:
        same = _same(household.values(), member)
        if same is None:
            key = _next(household.keys() | letters) if member.key in household else member.key
            told_as = "" if key == member.key else member.key
            placed.append(Placed(Person(key, PersonRole(member.role), member.birth_year, told_as), new=True))
        elif same.birth_year is None and member.birth_year is not None:
            placed.append(Placed(replace(same, birth_year=member.birth_year), new=False))
        else:
            continue
        household[placed[-1].person.key] = placed[-1].person
    return tuple(placed)


def _same(household: Iterable[Person], member: IncomingPerson) -> Person | None:
    """Who goes by this letter in reports and may be this person; one of the same birth year before any other."""
    found = [one for one in household if (one.told_as or one.key) == member.key and _agree(one, member)]
    return min(found, key=lambda one: one.birth_year != member.birth_year, default=None)


def _agree(one: Person, member: IncomingPerson) -> bool:
    years = {one.birth_year, member.birth_year} - {None}
    return one.role == member.role and len(years) < 2


def _next(taken: Collection[str]) -> str:
    """The first free letter; two letters where there is none, so that nobody is left out."""
    return next(key for key in _keys() if key not in taken)


def _keys() -> Iterator[str]:
    return chain(ascii_uppercase, ("".join(pair) for pair in product(ascii_uppercase, repeat=2)))
