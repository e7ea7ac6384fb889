"""The values of a policy text: leaves of the TOML tree, each with its source.

A leaf is `{ value = …, source = "…" }`, or a clock's table with a `source` in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.policy.document import Document, Path, Tree

DECREES = ("calendar", "decrees")


@dataclass(frozen=True)
class Leaf:
    """One value with its source, and the document it stands in."""

    document: Document
    path: Path
    content: Tree
    source: str

    @property
    def is_clock(self) -> bool:
        return self.path[0] == "clocks"


Leaves = dict[Path, Leaf]


def gathered(document: Document, known: Leaves | None = None) -> Leaves:
    """All leaves of a document. With `known`, only keys that the default has, and decrees of further years.

    Raises PolicyRefusal KR-BELEID-SLEUTEL or KR-BELEID-BRON.
    """
    found = (
        leaf for key, value in document.tree.items() if key != "version" for leaf in _walk(document, (key,), value)
    )
    leaves: Leaves = {}
    for leaf in found:
        if known is not None and leaf.path not in known and leaf.path[:-1] != DECREES:
            raise document.refusal("KR-BELEID-SLEUTEL", leaf.path)
        leaves[leaf.path] = leaf
    return leaves


def _walk(document: Document, path: Path, value: object) -> Iterator[Leaf]:
    if not isinstance(value, dict):
        raise document.refusal("KR-BELEID-BRON", path)
    # An empty table holds no value; as a leaf it is refused for what it lacks.
    group = value and all(isinstance(below, dict) for below in value.values())
    if not group:
        yield _leaf(document, path, value)
        return
    for key, below in value.items():
        yield from _walk(document, (*path, key), below)


def _leaf(document: Document, path: Path, table: Tree) -> Leaf:
    if "source" not in table and "value" not in table and path[0] != "clocks":
        # A group with a bare value in it: that value is the one without a source.
        bare = [key for key, value in table.items() if not isinstance(value, dict)]
        raise document.refusal("KR-BELEID-BRON", (*path, *bare[:1]))
    source = table.get("source")
    if not isinstance(source, str) or not source.strip():
        raise document.refusal("KR-BELEID-BRON", path)
    leaf = Leaf(document, path, {key: value for key, value in table.items() if key != "source"}, source)
    if not leaf.is_clock:
        _check_keys(leaf)
    return leaf


def _check_keys(leaf: Leaf) -> None:
    if "value" not in leaf.content:
        raise leaf.document.refusal("KR-BELEID-WAARDE", leaf.path)
    for key in leaf.content:
        if key != "value":
            raise leaf.document.refusal("KR-BELEID-SLEUTEL", (*leaf.path, key))
