"""The wheel is the whole product: installed elsewhere, without the source tree, it finds every file it needs."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.tree import ROOMS, ROOT, room_files

FINDS_ITS_FILES = """
import sys
from importlib.resources import files
from pathlib import Path

import yaml

import deployments, domain, flows, integrations, tasks
from integrations.ledger import Ledger
from integrations.policy_file import load_policy

source, database = sys.argv[1:]
assert source not in sys.path, sys.path
for room in (deployments, domain, flows, integrations, tasks):
    assert Path(room.__file__).is_relative_to(sys.prefix), room.__file__
assert load_policy().version
ledger = Ledger("sqlite:///" + database)
ledger.upgrade()
with ledger.reading() as session:
    print("tables:", len(session.connection().exec_driver_sql("SELECT name FROM sqlite_master").all()))
print("deployments:", len(yaml.safe_load((files("deployments") / "prefect.yaml").read_text("utf-8"))["deployments"]))
print("demo:", sum(1 for entry in (files("deployments") / "demo").iterdir() if entry.is_file()))
"""


@dataclass(frozen=True)
class Installed:
    """A wheel in a virtual environment of its own, and an empty folder to run it from."""

    wheel: Path
    programs: Path
    elsewhere: Path

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KETENREGIE_"))}
        env |= {"HOME": str(self.elsewhere), "KETENREGIE_HOME": str(self.elsewhere / "home"), "COLUMNS": "120"}
        command = [str(self.programs / program), *words]
        return subprocess.run(
            command, cwd=self.elsewhere, env=env, capture_output=True, text=True, timeout=500, check=False
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel alone; the libraries it needs are lent by the environment of the tests, its source tree is not."""
    folder = tmp_path_factory.mktemp("packaging")
    python = [sys.executable, "-m"]
    subprocess.run([*python, "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, timeout=500)
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    programs = folder / "venv" / "bin"
    install = ["pip", "--python", str(programs / "python"), "install", "--no-deps", "--no-index", "--quiet", str(wheel)]
    subprocess.run([*python, *install], check=True, timeout=500)
    [packages] = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    (folder / "elsewhere").mkdir()
    return Installed(wheel, programs, folder / "elsewhere")


def test_the_wheel_holds_every_file_of_the_rooms_and_nothing_else(installed: Installed) -> None:
    held = {name for name in zipfile.ZipFile(installed.wheel).namelist() if ".dist-info/" not in name}
    assert held == {path.relative_to(ROOT).as_posix() for path in room_files(*ROOMS)}


def test_the_wheel_names_its_licence_and_carries_the_text(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        [metadata] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        [licence] = [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]
        assert "License-Expression: EUPL-1.2\n" in wheel.read(metadata).decode()
        assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("words", [("ketenregie",), ("python", "-m", "deployments")], ids=" ".join)
def test_the_command_answers_for_help_from_any_folder(installed: Installed, words: tuple[str, ...]) -> None:
    done = installed.run(*words, "--help")
    assert done.returncode == 0, done.stderr
    assert "status" in done.stdout


def test_an_installed_package_finds_its_policy_migrations_schedules_and_demo(installed: Installed) -> None:
    done = installed.run("python", "-c", FINDS_ITS_FILES, str(ROOT), str(installed.elsewhere / "ledger.sqlite"))
    assert done.returncode == 0, done.stderr
    counts = dict(line.split(": ") for line in done.stdout.splitlines())
    assert {what: int(number) > 0 for what, number in counts.items()} == dict.fromkeys(counts, True)
    assert set(counts) == {"tables", "deployments", "demo"}
