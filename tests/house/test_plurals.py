"""No sentence says `1 berichten`: a number and the word after it go through `domain.dutch.amount`."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from domain.dutch import amount
from integrations.drop_folder import REFUSED_FILES, STUCK, in_figures
from tests.house.tree import ROOT

ROOMS = ("domain", "integrations", "tasks", "flows", "deployments")
WORDS = """
abonnementen adressen antwoorden berichten bestanden bezorgingen dagen gebeurtenissen gemeenten kanalen mails
medewerkers meldingen onderdelen ontvangstberichten open overdrachten regels rijen stappen statussen termijnen
verzonnen waarden wachtende wachtlijsten werkdagen zaken
"""
PLURALS = frozenset(WORDS.split())
NEVER_ONE = {
    "domain/messages.py": "one step has a sentence of its own",
    "deployments/demo/check.py": "the demonstration has the same cases each time",
    "deployments/demo/run.py": "the demonstration has the same cases each time",
}


def plurals(text: str) -> Iterator[int]:
    """The lines on which a number in an f-string is followed by a word in the plural."""
    for node in ast.walk(ast.parse(text)):
        for value, after in pairwise(node.values) if isinstance(node, ast.JoinedStr) else ():
            if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
                word = str(after.value).removeprefix(" ").partition(" ")[0].rstrip(".,;:")
                if str(after.value).startswith(" ") and word in PLURALS:
                    yield after.lineno


@pytest.mark.parametrize("room", ROOMS)
def test_no_number_is_followed_by_a_plural_that_may_be_wrong(room: str) -> None:
    paths = sorted(Path(ROOT, room).rglob("*.py"))
    assert paths
    names = {path: path.relative_to(ROOT).as_posix() for path in paths}
    found = [
        f"{names[path]}:{line}"
        for path in paths
        if names[path] not in NEVER_ONE
        for line in plurals(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert list(plurals('x = 1\nsaid = f"{x} berichten getoond"')) == [2]
    assert list(plurals("said = f\"{amount(x, 'bericht', 'berichten')} getoond, {x} later\"")) == []
    assert all(list(plurals(Path(ROOT, name).read_text(encoding="utf-8"))) for name in NEVER_ONE)


def test_one_is_one_and_none_and_more_are_many() -> None:
    assert [amount(n, "bericht", "berichten") for n in (0, 1, 2)] == ["0 berichten", "1 bericht", "2 berichten"]
    assert in_figures({STUCK: 1, REFUSED_FILES: 1}) == "1 bestand geweigerd, 1 niet weg te leggen"
    assert in_figures({REFUSED_FILES: 2}) == "2 bestanden geweigerd"
    assert in_figures({}) == ""
