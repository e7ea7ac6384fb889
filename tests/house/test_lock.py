"""The lock files name exact, hashed, published versions inside our own ranges, and no place to get them from."""

import re
import tomllib
from collections import defaultdict

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
DEV = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]


def blocks(lock: str) -> list[str]:
    """One text a pinned package: its line and its hashes, without comments."""
    lines = [
        line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")
    ]
    return re.split(r"\n(?=\S)", "\n".join(lines).strip())


def pins(lock: str) -> dict[str, set[str]]:
    """Package → versions; a package may be pinned twice for different systems."""
    found: dict[str, set[str]] = defaultdict(set)
    for block in blocks(lock):
        required = Requirement(block.split("\\")[0].strip())
        [only] = required.specifier
        assert only.operator == "==", block
        found[canonicalize_name(required.name)].add(only.version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|git\+|--(?:index-url|extra-index-url|find-links)| @ |[\w.]/\w", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    unhashed = [block.splitlines()[0] for block in blocks(lock) if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)]
    assert unhashed == []


@pytest.mark.parametrize(("lock", "required"), [(LOCKS[0], RUNTIME), (LOCKS[1], RUNTIME + DEV)])
def test_every_requirement_is_pinned_inside_its_range(lock: str, required: list[Requirement]) -> None:
    pinned = pins(lock)
    outside = [
        str(requirement)
        for requirement in required
        if not pinned.get(canonicalize_name(requirement.name))
        or not all(version in requirement.specifier for version in pinned[canonicalize_name(requirement.name)])
    ]
    assert outside == []


def test_both_locks_agree_on_every_version() -> None:
    runtime, everything = (pins(lock) for lock in LOCKS)
    assert {name: versions for name, versions in runtime.items() if everything[name] != versions} == {}


def test_a_package_with_extras_is_pinned_without_them_too() -> None:
    # A pip older than 23.3 cannot install the lock otherwise.
    for lock in LOCKS:
        plain = {block.split("==")[0] for block in blocks(lock)}
        with_extras = {name.partition("[")[0] for name in plain if "[" in name}
        assert with_extras <= plain
        assert with_extras
