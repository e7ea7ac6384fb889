"""One policy text: its tree, and the line on which a key stands.

The standard parser gives no positions. A line is therefore found by parsing the text line by line: the first beginning
of the text that is valid TOML and holds the key ends with the statement that defines it. The parser itself decides, so
no second reading of TOML can disagree with it; the work is done only when something is refused.
"""

import re
import tomllib
from dataclasses import dataclass

from domain.errors import PolicyRefusal

Path = tuple[str, ...]
Tree = dict[str, object]


@dataclass(frozen=True)
class Document:
    """`name` is how an error names it, in Dutch: standaardbeleid or regiobeleid."""

    name: str
    text: str
    tree: Tree

    def line(self, path: Path) -> int:
        """The first line of the statement that defines `path`, or its nearest table that stands in the text."""
        while path and not _holds(self.tree, path):
            path = path[:-1]
        lines, begin = self.text.split("\n"), 1
        for number in range(1, len(lines) + 1 if path else 0):
            tree = _parsed("\n".join(lines[:number]))
            if tree is not None and _holds(tree, path):
                return begin
            begin = number + 1 if tree is not None else begin
        return 1

    def refusal(self, code: str, path: Path) -> PolicyRefusal:
        """The error with this code for this key."""
        return PolicyRefusal(code, document=self.name, line=self.line(path))


def read(text: str, name: str) -> Document:
    """Parse a policy text. KR-BELEID-TOML with its line when it is no TOML."""
    text = text.replace("\r\n", "\n")
    try:
        return Document(name, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        line = _line_of(error, text)
    raise PolicyRefusal("KR-BELEID-TOML", document=name, line=line)


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> int:
    found = re.search(r"\(at line (\d+),", str(error))
    return int(found[1]) if found else text.rstrip("\n").count("\n") + 1


def _parsed(text: str) -> Tree | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _holds(tree: object, path: Path) -> bool:
    for key in path:
        if not isinstance(tree, dict) or key not in tree:
            return False
        tree = tree[key]
    return True
