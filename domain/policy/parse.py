"""From policy text to Policy: the default, and over it the region's own values."""

import re

from pydantic import ValidationError

from domain.errors import PolicyRefusal, PrivacyRefusal
from domain.policy.clock import Clock, KeyFault, Start, clock_of
from domain.policy.document import Document, Path, Tree, read
from domain.policy.law import changed, check
from domain.policy.leaves import DECREES, Leaf, Leaves, gathered
from domain.policy.model import Policy
from domain.privacy import BIRTH_DATE, personal
from domain.terms import Term, Unit

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")
Clocks = dict[str, Clock]


def parse_policy(text: str, override: str | None = None) -> Policy:
    """The policy in `text`, with the region's `override` over it. Raises PolicyRefusal with the line number.

    KR-BELEID-TOML · VERSIE · SLEUTEL (unknown key) · EENHEID (unknown or other unit) · BRON (no source) · WAARDE (type
    or bounds) · WET (a statutory term made looser, or a key that is not the region's to change) · ZICHT (a clock of
    sight on safety that would stand still).
    """
    base = read(text, "standaardbeleid")
    leaves = gathered(base)
    clocks = {leaf.path[1]: _clock(leaf, leaf.content) for leaf in leaves.values() if leaf.is_clock}
    policy = _built(base, _version(base), leaves, clocks)
    return policy if override is None else _overridden(policy, leaves, clocks, read(override, "regiobeleid"))


def _overridden(policy: Policy, leaves: Leaves, clocks: Clocks, own: Document) -> Policy:
    version = f"{policy.version}+{_version(own)}"
    own_leaves = gathered(own, leaves)
    for leaf in own_leaves.values():
        # A convenant has a date; everything else personal has no place in a source.
        if (what := personal(leaf.source)) and what != BIRTH_DATE:
            raise PrivacyRefusal("KR-PRIVACY", what=what)
        if leaf.path[:-1] == DECREES and leaf.path in leaves:
            raise own.refusal("KR-BELEID-WET", leaf.path)
    own_clocks = {
        leaf.path[1]: _changed(leaves[leaf.path], leaf, clocks[leaf.path[1]])
        for leaf in own_leaves.values()
        if leaf.is_clock
    }
    return _built(own, version, leaves | own_leaves, clocks | own_clocks)


def _version(document: Document) -> str:
    version = document.tree.get("version")
    if isinstance(version, str) and _VERSION.fullmatch(version) and not personal(version):
        return version
    raise document.refusal("KR-BELEID-VERSIE", ("version",))


def _clock(leaf: Leaf, content: Tree) -> Clock:
    try:
        return clock_of(content, leaf.source)
    except KeyFault as fault:
        raise _refusal(leaf, fault) from None


def _changed(base: Leaf, own: Leaf, was: Clock) -> Clock:
    clock = _clock(own, changed(base.content, own.content))
    try:
        check(was, clock, own.content)
    except KeyFault as fault:
        raise _refusal(own, fault) from None
    return clock


def _refusal(leaf: Leaf, fault: KeyFault) -> PolicyRefusal:
    return leaf.document.refusal(fault.code, (*leaf.path, fault.key))


def _built(last: Document, version: str, leaves: Leaves, clocks: Clocks) -> Policy:
    sources = {".".join(path): leaf.source for path, leaf in leaves.items()}
    tree: Tree = {"version": version, "clocks": clocks, "sources": sources}
    for leaf in leaves.values():
        if not leaf.is_clock:
            _put(tree, leaf.path, leaf.content["value"])
    try:
        policy = Policy.model_validate(tree)
    except ValidationError as error:
        raise _fault(last, leaves, tuple(map(str, error.errors()[0]["loc"]))) from None
    return policy.model_copy(update={"clocks": clocks | {"monitoring": _first_monitoring(policy)}})


def _put(tree: Tree, path: Path, value: object) -> None:
    for key in path[:-1]:
        below = tree.setdefault(key, {})
        tree = below if isinstance(below, dict) else {}
    tree[path[-1]] = tuple(value) if isinstance(value, list) else value


def _fault(last: Document, leaves: Leaves, loc: Path) -> PolicyRefusal:
    """The refusal at the value that pydantic points at; where it points at a group, at the region's value in it."""
    near = [leaf for path, leaf in leaves.items() if path == loc[: len(path)] or path[: len(loc)] == loc]
    near.sort(key=lambda leaf: leaf.document is not last)
    if not near:
        return last.refusal("KR-BELEID-WAARDE", loc)
    return near[0].document.refusal("KR-BELEID-WAARDE", near[0].path)


def _first_monitoring(policy: Policy) -> Clock:
    """The first monitoring moment (C16) as the clock of that step; the later ones are planned from the months."""
    term = Term(policy.monitoring_months[0], Unit.MONTHS)
    return Clock(term=term, start=Start.HANDOVER_ACCEPTED, source=policy.sources["monitoring.months"])
