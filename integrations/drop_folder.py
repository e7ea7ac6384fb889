"""A folder in which another system drops files: read one by one, and put away with what became of them.

A file that is still being written bears another name until it is whole: a leading dot, or an end not asked for.
"""

import os
from collections.abc import Iterable
from pathlib import Path

DONE, REFUSED = "verwerkt", "geweigerd"
MOST_AT_ONCE = 200


def waiting(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    """The files that wait, by name; at most two hundred, the others wait for the next round. No folder: none."""
    wanted = frozenset(suffixes)
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in wanted and path.name[0] != ".")
    except OSError:
        return []
    return [path for path in found if path.is_file() and not path.is_symlink()][:MOST_AT_ONCE]


def mark(path: Path) -> tuple[int, int, int]:
    """What tells this file from one that is dropped later under the same name; zeros when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def put_away(path: Path, refused: Iterable[str] = ()) -> None:
    """Move a file to `verwerkt`, or with the codes of what was wrong beside it to `geweigerd`. Never overwrites.

    Raises OSError when the folder does not allow it; then the file is read again in the next round.
    """
    codes = list(refused)
    folder = path.parent / (REFUSED if codes else DONE)
    folder.mkdir(exist_ok=True)
    place = _free(folder, path.name)
    os.replace(path, place)
    if codes:
        place.with_name(f"{place.name}.fout").write_text("\n".join(codes) + "\n", encoding="utf-8")


def _free(folder: Path, name: str) -> Path:
    place, number = folder / name, 1
    while place.exists():
        place, number = folder / f"{Path(name).stem}-{number}{Path(name).suffix}", number + 1
    return place
