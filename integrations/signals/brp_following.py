"""Whom to follow in the BRP and whom no longer: what we placed is ours to end, what another placed is not."""

from collections.abc import Container
from dataclasses import dataclass, field

from integrations.signals.brp_keys import Keys

FEW = 3
"""So many follows may always end in one round (POLICY): half of a handful says nothing."""


@dataclass(frozen=True)
class Following:
    """`place`, `end`, `keep`: numbers, never shown; `keep`: whom we follow, also by what is now placed or ended.

    `kept_back`: how many would have ended if there were not too many of them; `strangers`: how many of whom we hold a
    key are followed without an open case while we did not place it, so that a person must see whose that is.
    """

    place: frozenset[str] = field(repr=False)
    end: frozenset[str] = field(repr=False)
    keep: frozenset[str] = field(repr=False)
    kept_back: int
    strangers: int


def planned(
    keys: Keys,
    cases: tuple[Container[str], Container[str]],
    now: frozenset[str],
    mine: frozenset[str],
    most_ended: float,
) -> Following:
    """What is to be done. `cases`: the open and the closed references; `now`: who is followed, `mine`: by us.

    Ends that are no consequence of a closed case (no key any more, a case that this ledger does not know) come from a
    file or a ledger that lost something when there are many: then nothing ends, and a person looks.
    """
    wanted, closed = (keys.of(references) for references in cases)
    end = mine - wanted
    many = len(end - closed) > max(FEW, most_ended * len(mine))
    strange = (now - mine - wanted) & keys.by_number.keys()
    place = wanted - now
    return Following(
        place=place,
        end=frozenset() if many else end,
        keep=mine | place,
        kept_back=len(end) if many else 0,
        strangers=len(strange),
    )
