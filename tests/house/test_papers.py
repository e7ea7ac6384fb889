"""The project's papers agree with the project: the records' index, the changelog, the licence, publiccode.yml."""

import re
import tomllib

import yaml

from tests.house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RECORDS = ROOT / "docs/decisions"


def test_the_index_lists_every_decision_record_by_its_own_title() -> None:
    rows = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \|$", (RECORDS / "README.md").read_text("utf-8"), re.MULTILINE)
    listed = {name: f"# {number} {title}" for number, name, title in rows}
    assert listed == {path.name: path.read_text("utf-8").splitlines()[0] for path in RECORDS.glob("0*.md")}


def test_the_changelog_tells_of_this_version_and_of_what_is_coming() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[:2] == ["Unreleased", PROJECT["version"]]


def test_the_licence_is_the_whole_eupl() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    articles = [int(number) for number in re.findall(r"^(\d{1,2})\.[A-Z]", text, re.MULTILINE)]
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert articles == list(range(1, 16))
    assert "‘Compatible Licences’ according to Article 5 EUPL are:" in text


def test_publiccode_describes_this_product_in_dutch_and_english() -> None:
    told = yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))
    assert (told["name"], told["softwareVersion"], told["legal"]["license"]) == (
        PROJECT["name"],
        PROJECT["version"],
        PROJECT["license"],
    )
    assert set(told["description"]) == {"nl", "en"}
    for text in told["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 500 <= len(text["longDescription"]) <= 10_000
        assert text["features"]
