"""What the documents name exists: links, commands, codes, settings, units and views."""

import re
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from deployments.cli.commands import COMMANDS, loaded
from deployments.error_table import error_table
from domain.errors import CATALOGUE
from flows.views import VIEWS
from integrations.region_file import parse_region
from integrations.settings import Settings
from tasks.change_policy import check_policy
from tests.house.documents import DOCUMENTS, FENCED, blocks, text_of
from tests.house.tree import ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"\bKR-[A-Z][A-Z-]*[A-Z]\b(?!-|…)")
# A call of the command line: in a code span, or a line of a shell block.
CALL = re.compile(r"(?:`|^|; |&& )ketenregie ([a-z-]+)((?: [^`;|#\n]+)?)", re.MULTILINE)
NO_CALLS = {"SECURITY.md", "CHANGELOG.md"}


def slug(heading: str) -> str:
    """The anchor that a heading gets: lower case, spaces to hyphens, the rest of the punctuation gone."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)}


def broken(path: Path) -> Iterator[str]:
    for target in LINK.findall(FENCED.sub("", text_of(path))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = path.parent / name if name else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading_that_exist(path: Path) -> None:
    assert list(broken(path)) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_code_is_one_of_the_catalogue(path: Path) -> None:
    assert set(CODE.findall(text_of(path))) - set(CATALOGUE) == set()


def commands() -> dict[str, set[str]]:
    """Every command, as `step record`, with its options; `import` and the like have one word."""
    found: dict[str, set[str]] = {}
    for name in COMMANDS:
        command = loaded(name)
        parts = getattr(command, "commands", None) or {"": command}
        for word, part in parts.items():
            options = {option for parameter in part.params for option in (*parameter.opts, "--help")}
            found[f"{name} {word}".strip()] = options
    return found


def calls() -> Iterator[tuple[str, str]]:
    for path in DOCUMENTS:
        if path.name not in NO_CALLS:
            for name, rest in CALL.findall(text_of(path)):
                yield f"{path.name}: ketenregie {name}{rest}", f"{name}{rest}"


def test_every_command_in_the_documents_exists_with_its_options() -> None:
    known = commands()
    wrong = []
    for where, call in calls():
        words = call.split()
        name = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        group = name not in known and any(one.startswith(f"{name} ") for one in known) and len(words) == 1
        options = {word.strip("[]").partition("=")[0] for word in words if word.startswith(("--", "[--"))}
        if not group and (name not in known or not options <= known[name]):
            wrong.append(where)
    assert wrong == []


def test_the_documents_do_call_the_command_line() -> None:
    assert len(list(calls())) > 30


def test_the_list_of_errors_is_the_catalogue() -> None:
    assert text_of("docs/errors.md") == f"{error_table()}\n", "python -m deployments.error_table > docs/errors.md"


def test_every_setting_is_documented_and_no_other() -> None:
    settings = {f"KETENREGIE_{name.upper()}" for name in Settings.model_fields}
    listed = re.findall(r"^\| `(KETENREGIE_\w+)` \|", text_of("docs/operations.md"), re.MULTILINE)
    assert sorted(listed) == sorted(settings)


def test_the_region_and_the_policy_of_the_operations_guide_are_valid() -> None:
    region, policy = blocks("docs/operations.md", "toml")
    assert parse_region(region).name == "Voorbeeldregio"
    assert check_policy(policy).version.endswith(f"+{tomllib.loads(policy)['version']}")


def test_every_unit_is_in_the_operations_guide_and_starts_a_program_that_the_guide_installs() -> None:
    guide, units = text_of("docs/operations.md"), sorted((ROOT / "deployments/systemd").glob("*.service"))
    assert len(units) == 7
    for path in units:
        unit = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
        unit.read(path, encoding="utf-8")
        program, *words = unit["Service"]["ExecStart"].split()
        assert path.name in guide
        assert program.removeprefix("/opt/ketenregie/") in {"venv/bin/ketenregie", "venv/bin/prefect", "backup.sh"}
        assert program != "/opt/ketenregie/venv/bin/ketenregie" or words[0] in COMMANDS


def test_every_view_of_the_list_is_in_the_manual() -> None:
    manual = text_of("docs/handleiding.md")
    assert [name for name in VIEWS if f"| **{name}** |" not in manual] == []
