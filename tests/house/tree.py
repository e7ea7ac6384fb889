"""The project's own files, as the house rules read them."""

import ast
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("domain", "integrations", "tasks", "flows", "deployments")
MADE = frozenset({".git", ".venv", "dist", "node_modules", "__pycache__"})


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is in the repository or would be added to it; without git, every file that make did not make."""
    listing = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    known = (ROOT / ".git").exists() and shutil.which("git") is not None
    done = subprocess.run(listing, capture_output=True, text=True, check=False) if known else None
    if done is not None and done.returncode == 0:
        named = (ROOT / name for name in done.stdout.split("\0") if name)
        return tuple(sorted(path for path in named if path.is_file()))
    return tuple(sorted(_walked()))


def _walked() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in MADE and not name.endswith("_cache")]
        yield from (Path(folder, name) for name in names)


def room_files(*rooms: str) -> list[Path]:
    """The files of these rooms, or of all."""
    return [path for path in project_files() if path.relative_to(ROOT).parts[0] in (rooms or ROOMS)]


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file of these rooms: its path within the project, and its syntax tree."""
    for path in room_files(*rooms):
        if path.suffix == ".py":
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def dotted(node: ast.expr) -> str:
    """A name or attribute as written, e.g. 'os.environ'; empty for anything else."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""
