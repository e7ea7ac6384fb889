"""The project's documents, as the tests of the documents read them."""

import re
from pathlib import Path

from tests.house.tree import ROOT, project_files

DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(path: Path | str) -> str:
    """The text of a document, by its path within the project or whole."""
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(path: str, language: str) -> list[str]:
    """The fenced blocks in this language, as they stand."""
    return [body for found, body in FENCED.findall(text_of(path)) if found == language]
