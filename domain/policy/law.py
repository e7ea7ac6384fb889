"""What a region may change in a clock: its length, its extension, its suspension.

A statutory term only to the safe side. That one, and sight on safety, never stand still (`clock_of` refuses that,
whoever asks).
"""

from domain.policy.clock import PLAIN_KEYS, PREFIXES, Bound, Clock, KeyFault, unit_keys
from domain.policy.document import Tree
from domain.terms import Term, Unit


def changed(content: Tree, own: Tree) -> Tree:
    """A clock's table with the region's keys in it: another unit replaces the unit that stood there."""
    dropped = {key for prefix in PREFIXES if unit_keys(own, prefix) for key in unit_keys(content, prefix)}
    kept: Tree = {key: value for key, value in content.items() if key not in dropped}
    if "start" in own and own["start"] == content.get("also_from"):
        kept["also_from"] = content["start"]
    return kept | own


def check(base: Clock, clock: Clock, own: Tree) -> None:
    """Raise KeyFault KR-BELEID-WET or KR-BELEID-EENHEID when the region's clock goes further than it may."""
    if fixed := sorted(PLAIN_KEYS.intersection(own) - {"start"}):
        raise KeyFault("KR-BELEID-WET", fixed[0])
    if clock.start not in {base.start, base.also_from}:
        raise KeyFault("KR-BELEID-WET", "start")
    _check_unit(base.term, clock.term, base.statutory, own, "")
    if base.statutory:
        _check_length(base, clock, own)


def _check_length(base: Clock, clock: Clock, own: Tree) -> None:
    shorter, longer = clock.term.amount < base.term.amount, clock.term.amount > base.term.amount
    if longer if base.bound is Bound.AT_MOST else shorter:
        raise KeyFault("KR-BELEID-WET", _key(own, ""))
    if clock.extension and base.extension:
        _check_unit(base.extension, clock.extension, True, own, "extension_")
    if clock.extension and (base.extension is None or clock.extension.amount > base.extension.amount):
        raise KeyFault("KR-BELEID-WET", _key(own, "extension_"))


def _check_unit(base: Term, own_term: Term, statutory: bool, own: Tree, prefix: str) -> None:
    """Lengths can be compared in one unit only; and hours run day and night, so they never replace days."""
    mixed = (base.unit is Unit.HOURS) != (own_term.unit is Unit.HOURS)
    if base.unit is not own_term.unit and (statutory or mixed):
        raise KeyFault("KR-BELEID-EENHEID", _key(own, prefix))


def _key(own: Tree, prefix: str) -> str:
    return next(iter(unit_keys(own, prefix)), "")
