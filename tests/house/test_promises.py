"""docs/promises.md names for each promise the test that proves it: that test exists, and no promise stands alone."""

import re

from tests.house.documents import text_of
from tests.house.tree import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
PROMISES = [line for line in text_of("docs/promises.md").splitlines() if re.match(r"\| P\d+ ", line)]


def test_every_promise_names_a_test() -> None:
    assert len(PROMISES) >= 12
    assert [line for line in PROMISES if not NAMED.search(line)] == []


def test_every_test_that_is_named_exists() -> None:
    for path, name in NAMED.findall(text_of("docs/promises.md")):
        code = (ROOT / path).read_text("utf-8")
        assert not name or f"def {name}(" in code, (path, name)
