"""Two tiers: small, inside `make test`; full, by `make faults`. All chance comes from one printed seed."""

import os
from collections.abc import Iterator
from random import Random

FULL = os.environ.get("FAULT_TIER") == "full"
SEED = int(os.environ.get("FAULT_SEED", "20261121"))
FRESH = 3


def scaled(small: int, full: int) -> int:
    """How many: `small` for every change, `full` in the whole programme."""
    return full if FULL else small


def chance(name: str) -> Random:
    """Chance for one test: the same name and seed give the same numbers, in whatever order tests run."""
    return Random(f"{SEED}/{name}")


def seeds(name: str) -> Iterator[int]:
    """One seed, and in the full tier three fresh ones that follow from it."""
    drawn = chance(name)
    yield from (drawn.randrange(2**32) for _ in range(1 + FRESH if FULL else 1))
