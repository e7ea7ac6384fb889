"""The glossary knows every word of the field that the code uses, and no word that it does not."""

import re

from domain.case import CaseState, PersonRole
from domain.parties import OrganisationKind, Role
from domain.process import PROCESS
from tests.house.tree import ROOT, room_files

ROWS = re.findall(
    r"^\| ([^|]+) \| `(\w+)` \| ([^|]+) \|$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
)


def test_every_step_role_organisation_and_state_is_explained() -> None:
    words = {str(word) for words in (Role, OrganisationKind, CaseState, PersonRole) for word in words}
    assert (words | {step.word for step in PROCESS}) - {code for _, code, _ in ROWS} == set()


def test_every_word_of_the_glossary_is_used_in_the_code() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in room_files() if path.suffix in {".py", ".toml"})
    unused = [code for _, code, _ in ROWS if not re.search(rf"\b{code}\b", source)]
    assert unused == []


def test_every_meaning_is_one_sentence_on_one_row() -> None:
    table_lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").count("\n| ")
    headings = 4
    assert len(ROWS) == table_lines - headings
    assert [term for term, _, meaning in ROWS if not meaning.endswith((".", "?"))] == []
