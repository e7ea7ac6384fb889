"""A folder in which another system drops files: read one by one, and put away with what became of them.

A file that is still being written bears another name until it is whole: a leading dot, or an end not asked for.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.dutch import amount

DONE, REFUSED = "verwerkt", "geweigerd"
REFUSED_FILE, REFUSED_FILES, STUCK = "bestand geweigerd", "bestanden geweigerd", "niet weg te leggen"
MOST_AT_ONCE = 200


Mark = tuple[int, int, int]


@dataclass(frozen=True)
class WaitingFile:
    """A file that waits, and what tells it from one that is dropped under the same name while it is read."""

    path: Path
    mark: Mark


def waiting(folder: Path, suffixes: Iterable[str]) -> list[WaitingFile]:
    """The files that wait, by name; at most two hundred, the others wait for the next round. No folder: none."""
    wanted = frozenset(suffixes)
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in wanted and path.name[0] != ".")
    except OSError:
        return []
    files = [path for path in found if path.is_file() and not path.is_symlink()][:MOST_AT_ONCE]
    return [WaitingFile(path, _mark(path)) for path in files]


def _mark(path: Path) -> Mark:
    """Which file this is, of when and how long; zeros when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def put_away(file: WaitingFile, refused: Iterable[str] = ()) -> None:
    """Move a file to `verwerkt`, or with the codes of what was wrong beside it to `geweigerd`. Never overwrites.

    A file that is another one by now stays: nobody read it, so the next round does. Raises OSError when the folder
    does not allow it; then the file is read again in the next round.
    """
    codes = list(refused)
    folder = file.path.parent / (REFUSED if codes else DONE)
    folder.mkdir(exist_ok=True)
    place = _free(folder, file.path.name)
    if _mark(file.path) != file.mark:
        return
    os.replace(file.path, place)
    if codes:
        place.with_name(f"{place.name}.fout").write_text("\n".join(codes) + "\n", encoding="utf-8")


def in_figures(counts: Mapping[str, int]) -> str:
    """What a round did, in Dutch: the number of each word, by the word; '' when there was nothing."""
    ones = {REFUSED_FILES: REFUSED_FILE}
    return ", ".join(amount(count, ones.get(what, what), what) for what, count in sorted(counts.items()))


def _free(folder: Path, name: str) -> Path:
    place, number = folder / name, 1
    while place.exists():
        place, number = folder / f"{Path(name).stem}-{number}{Path(name).suffix}", number + 1
    return place
