"""Every error code with its sentence and next step, as docs/errors.md shows them.

`python -m deployments.error_table > docs/errors.md` writes that file; a test holds it to the catalogue.
"""

import re

from domain.errors import CATALOGUE, Entry

HEAD = """# Foutcodes

Elke melding van ketenregie heeft een code, een zin en een volgende stap. Nooit staat erin wat u hebt ingevuld. Wat hier
tussen accolades staat, vult ketenregie in: een veldnaam, een getal of een rol.

Dit bestand is gemaakt uit `domain/error_catalogue.py` met `python -m deployments.error_table`.

| code | melding | volgende stap |
|---|---|---|"""


def error_table() -> str:
    """The whole of docs/errors.md, without its last line end."""
    return "\n".join([HEAD, *(_row(code, CATALOGUE[code]) for code in sorted(CATALOGUE))])


def _row(code: str, entry: Entry) -> str:
    return f"| `{code}` | {_cell(entry.sentence)} | {_cell(entry.next_step)} |"


def _cell(template: str) -> str:
    """A sentence as markdown: its {places} as they are, its doubled braces single, no column ended early."""
    text = re.sub(r"\{\{|\}\}", lambda doubled: doubled[0][0], template)
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    print(error_table())
