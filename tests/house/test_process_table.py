"""One word a step: README, process table, files of the rooms, tests and deployments agree."""

import re

from deployments.prefect_file import listed
from deployments.step_table import step_table
from domain.process import PROCESS
from tests.house.tree import ROOT

WORDS = [step.word for step in PROCESS]
CLOCKWORK = {"sweep", "deliver", "reconcile", "board", "partners", "partners_daily"}


def files(folder: str, pattern: str = "*.py") -> set[str]:
    return {path.stem for path in (ROOT / folder).glob(pattern)} - {"__init__"}


def readme_table() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- steps:begin -->\n(.*)\n<!-- steps:end -->", text, re.DOTALL)
    assert found, "the README has no place for the table"
    return found[1]


def test_the_readme_shows_the_process_table() -> None:
    assert readme_table() == step_table(), "run `python -m deployments.step_table` and paste it between the markers"


def test_the_table_has_one_row_a_step_in_the_order_of_the_process() -> None:
    rows = step_table().splitlines()[2:]
    assert [row.split(" | ")[2] for row in rows] == [f"`{word}`" for word in WORDS]
    assert {row.count(" | ") for row in rows} == {5}
    assert not [row for row in rows if "|  |" in row]


def test_no_word_and_no_code_stands_twice_in_the_process_table() -> None:
    assert len(set(WORDS)) == len(WORDS)
    assert len({step.code for step in PROCESS}) == len(PROCESS)


def test_every_step_has_its_file_of_rules_and_every_file_its_step() -> None:
    assert files("domain/steps") == set(WORDS)


def test_every_step_has_its_flow_and_every_flow_its_step() -> None:
    assert files("flows/steps") == set(WORDS)


def test_every_step_has_its_file_of_tests() -> None:
    assert {f"test_{word}" for word in WORDS} - files("tests/steps", "test_*.py") == set()


def test_the_deployments_are_the_steps_in_their_order_and_the_clockwork() -> None:
    names = [entry["name"] for entry in listed()]
    assert [name for name in names if name not in CLOCKWORK] == WORDS
    assert sorted(set(names) - set(WORDS)) == sorted(CLOCKWORK)
    assert files("flows/clockwork") == CLOCKWORK


def test_only_the_clockwork_runs_by_itself() -> None:
    assert {entry["name"] for entry in listed() if entry.get("schedules")} == CLOCKWORK


def test_every_deployment_starts_the_flow_that_bears_its_name() -> None:
    rooms = dict.fromkeys(CLOCKWORK, "clockwork") | dict.fromkeys(WORDS, "steps")
    expected = {name: f"flows.{room}.{name}.{name}" for name, room in rooms.items()}
    assert {entry["name"]: entry["entrypoint"] for entry in listed()} == expected
