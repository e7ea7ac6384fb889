"""No file of the project names a package registry, a home folder, or the machine it was written on."""

import re
from pathlib import Path

from tests.house.tree import ROOT, project_files

# Written in halves, so that this file does not name them either.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org", "yarn" + "pkg.com")
FOLDERS = ("wo" + "rk", "ro" + "ot", "tm" + "p", "home/" + r"[a-z]\w*", "Users/" + r"\w+")
PATTERN = re.compile("|".join([*map(re.escape, HOSTS), rf"(?<![\w.~$}}*-])/(?:{'|'.join(FOLDERS)})/"]))


def names_of_this_machine() -> list[str]:
    """This checkout and this home folder, unless they are too short to mean anything."""
    return [str(path) for path in (ROOT, Path.home()) if len(path.parts) > 1 and len(str(path)) > len("/opt")]


def named_in(text: str) -> list[str]:
    here = [name for name in names_of_this_machine() if name in text]
    return here + PATTERN.findall(text)


def test_no_file_names_a_registry_a_home_folder_or_this_machine() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): named
        for path in project_files()
        if (named := named_in(path.read_text(encoding="utf-8", errors="ignore")))
    }
    assert found == {}


def test_the_pattern_finds_what_it_should_and_leaves_addresses_alone() -> None:
    assert named_in(f"--index-url https://{HOSTS[0]}/simple")
    assert named_in("cd /" + "wo" + "rk/main")
    assert named_in("HOME=/" + "home/" + "iemand/x")
    assert not named_in("https://example.org/" + "wo" + "rk/list and frame" + "wo" + "rk/x")
