"""The rooms keep to their walls: one way down, a domain without I/O, and one reader of the environment."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, dotted, modules, room_files

IO_MODULES = {
    *("asyncio", "ftplib", "http", "multiprocessing", "os", "secrets", "shutil", "smtplib", "socket", "sqlite3"),
    *("ssl", "subprocess", "tempfile", "threading", "time", "urllib", "webbrowser"),
}
CLOCKS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})

# Besides the settings, only a room that starts other programs may touch the environment: to hand it to them.
MAY_READ_THE_ENVIRONMENT = {
    "integrations/settings.py": "the only reader of our own settings",
    "deployments/demo/run.py": "writes the demo's settings where those of any installation come from",
    "deployments/prefect_server.py": "hands its own environment on to Prefect's server, with our settings over it",
}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def names_from(tree: ast.Module, module: str) -> list[str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == module]
    return [alias.name for node in found for alias in node.names]


def argumentless_calls(tree: ast.Module) -> set[str]:
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and not node.args and not node.keywords)
    return {dotted(node.func) for node in nodes}


def calls(tree: ast.Module) -> Iterator[str]:
    return (dotted(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_every_import_contract_is_kept() -> None:
    command = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_the_domain_imports_nothing_that_reaches_outside() -> None:
    reaching = [
        f"{path}: {name}" for path, tree in modules("domain") for name in imported(tree) if _top(name) in IO_MODULES
    ]
    assert reaching == []


def test_the_domain_opens_no_file_and_reads_no_clock() -> None:
    forbidden = CLOCKS | {"open", "print", "input"}
    found = [f"{path}: {call}" for path, tree in modules("domain") for call in calls(tree) if _tail(call) in forbidden]
    assert found == []


def test_chance_in_the_domain_is_always_handed_in_with_a_seed() -> None:
    drawn = [
        f"{path}: {call}" for path, tree in modules("domain") for call in calls(tree) if call.startswith("random.")
    ]
    unseeded = [path for path, tree in modules("domain") if "Random" in argumentless_calls(tree)]
    named = [f"{path}: {name}" for path, tree in modules("domain") for name in names_from(tree, "random")]
    assert drawn + unseeded == []
    assert all(line.endswith(": Random") for line in named), named


def test_no_file_in_flows_hides_a_standard_module() -> None:
    named = [path for path in room_files("flows") if path.stem in sys.stdlib_module_names]
    assert named == []


def test_the_library_rooms_never_print() -> None:
    printing = [path for path, tree in modules("domain", "integrations", "tasks", "flows") if "print" in calls(tree)]
    assert printing == []


def test_the_tables_leave_the_time_zone_to_sqlmodel() -> None:
    tables = dict(modules("integrations"))["integrations/ledger/tables.py"]
    assert not [call for call in calls(tables) if call.rpartition(".")[2] == "DateTime"]


def test_only_the_settings_read_the_environment() -> None:
    readers = {path for path, tree in modules() if _reads_environment(tree)}
    assert readers <= set(MAY_READ_THE_ENVIRONMENT), readers - set(MAY_READ_THE_ENVIRONMENT)


def test_every_exception_to_the_environment_rule_still_exists() -> None:
    assert [path for path in MAY_READ_THE_ENVIRONMENT if not Path(ROOT, path).is_file()] == []


def test_tasks_are_plain_verbs_without_a_decorator_of_prefect() -> None:
    decorated = [
        path
        for path, tree in modules("tasks")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if _tail(dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)) in {"task", "flow"}
    ]
    assert decorated == []


def _reads_environment(tree: ast.Module) -> bool:
    names = {dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    readers = {"environ", "environb", "getenv"}
    return bool(names & {f"os.{name}" for name in readers} or readers & set(names_from(tree, "os")))


def _top(name: str) -> str:
    return name.partition(".")[0]


def _tail(call: str) -> str:
    """The last two parts of a dotted name: 'datetime.datetime.now' is 'datetime.now'."""
    return ".".join(call.split(".")[-2:])
