"""A folder in which another system drops files: read one by one, and put away with what became of them.

A file that is still being written bears another name until it is whole: a leading dot, or an end not asked for.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from domain.dutch import amount

DONE, REFUSED = "verwerkt", "geweigerd"
REFUSED_FILE, REFUSED_FILES, STUCK = "bestand geweigerd", "bestanden geweigerd", "niet weg te leggen"
MOST_AT_ONCE = 200
BESIDE = ".fout"
CODE = re.compile(r"KR-[A-Z0-9-]+")


Mark = tuple[int, int, int]


@dataclass(frozen=True)
class WaitingFile:
    """A file that waits, and what tells it from one that is dropped under the same name while it is read."""

    path: Path
    mark: Mark


def waiting(folder: Path, suffixes: Iterable[str]) -> Iterator[WaitingFile]:
    """The files that wait, by name. No folder: none."""
    wanted = frozenset(suffixes)
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in wanted and path.name[0] != ".")
    except OSError:
        return
    for path in found:
        if path.is_file() and not path.is_symlink():
            yield WaitingFile(path, _mark(path))


def refused(folder: Path) -> list[WaitingFile]:
    """The files that lie refused until somebody takes them away."""
    place = folder / REFUSED
    try:
        found = sorted(path for path in place.iterdir() if path.suffix != BESIDE and path.is_file())
    except OSError:
        return []
    return [WaitingFile(path, _mark(path)) for path in found]


def emptiable(folder: Path) -> bool:
    """Whether this process may read the folder and put its files away. Makes nothing."""
    places = (folder, *(place for place in (folder / DONE, folder / REFUSED) if place.exists()))
    return all(place.is_dir() and os.access(place, os.R_OK | os.W_OK | os.X_OK) for place in places)


def codes_beside(file: WaitingFile) -> tuple[str, ...]:
    """The codes of what was wrong with a refused file, sorted, each once."""
    path = file.path
    try:
        text = path.with_name(f"{path.name}{BESIDE}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(sorted(set(CODE.findall(text))))


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
    does not allow it.
    """
    codes = list(refused)
    folder = file.path.parent / (REFUSED if codes else DONE)
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        share(folder)
    place = _free(folder, file.path.name)
    if _mark(file.path) != file.mark:
        return
    os.replace(file.path, place)
    if codes:
        beside = place.with_name(f"{place.name}{BESIDE}")
        beside.write_text("\n".join(codes) + "\n", encoding="utf-8")
        share(beside)


def share(made: Path) -> None:
    """Give what we made in a partner's folder the group of that folder, and its group what it may do there.

    Our services make everything for themselves alone (UMask=0077), but whoever shares the folder must get at it. Where
    the group is not one of ours, the owner of the folder decides; nothing fails.
    """
    above = made.parent.stat()
    mine = stat.S_IMODE(made.stat().st_mode)
    with suppress(OSError):
        os.chown(made, -1, above.st_gid)
    with suppress(OSError):
        os.chmod(made, (mine & 0o700) | (above.st_mode & (0o070 if made.is_dir() else 0o060)))


def in_figures(counts: Mapping[str, int]) -> str:
    """What a round did, in Dutch: the number of each word, by the word; '' when there was nothing."""
    ones = {REFUSED_FILES: REFUSED_FILE}
    return ", ".join(amount(count, ones.get(what, what), what) for what, count in sorted(counts.items()))


def _free(folder: Path, name: str) -> Path:
    place, number = folder / name, 1
    while place.exists():
        place, number = folder / f"{Path(name).stem}-{number}{Path(name).suffix}", number + 1
    return place
