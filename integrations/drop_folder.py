"""A folder in which another system drops files: read one by one, and put away with what became of them.

A file that is still being written bears another name until it is whole: a leading dot, or an end not asked for. Not
every system does so: a file is taken once it has lain unchanged for a while.

Whoever drops files may also put links there, at any moment. The folder itself may be a link of the operator; inside it
none is followed: all goes by the descriptor of a folder, so that nothing is swapped between a look and an act.
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import time

from domain.dutch import amount
from domain.errors import KetenregieError
from integrations.report_files.guards import bytes_of

DONE, REFUSED = "verwerkt", "geweigerd"
REFUSED_FILE, REFUSED_FILES, STUCK = "bestand geweigerd", "bestanden geweigerd", "niet weg te leggen"
MOST_AT_ONCE = 200
QUIET = 60.0
"""Seconds that a file lies unchanged before it is taken as whole, unless the partners' file says otherwise."""
BESIDE = ".fout"
CODE = re.compile(r"KR-[A-Z0-9-]+")

Mark = tuple[int, int, int]
GONE: Mark = (0, 0, 0)


@dataclass(frozen=True)
class WaitingFile:
    """A file that waits, and what tells it from one that is dropped under the same name while it is read."""

    path: Path
    mark: Mark


def waiting(folder: Path, suffixes: Iterable[str], quiet: float = QUIET) -> Iterator[WaitingFile]:
    """The files that wait, by name. No folder: none. One that changed less than `quiet` seconds ago is still coming in.

    The clock of a source may be ahead: what changed further than that in the future counts as lying still.
    """
    wanted = frozenset(suffixes)
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in wanted and path.name[0] != ".")
    except OSError:
        return
    now = time()
    for path in found:
        seen = _seen(path)
        if seen is not None and stat.S_ISREG(seen.st_mode) and abs(now - seen.st_mtime) >= quiet:
            yield WaitingFile(path, _mark(seen))


def refused(folder: Path) -> list[WaitingFile]:
    """The files that lie refused until somebody takes them away."""
    try:
        with _opened(folder) as above, _inside(above, REFUSED) as place:
            found = {name: _seen(name, place) for name in sorted(os.listdir(place)) if Path(name).suffix != BESIDE}
    except OSError:
        return []
    files = ((name, seen) for name, seen in found.items() if seen is not None and stat.S_ISREG(seen.st_mode))
    return [WaitingFile(folder / REFUSED / name, _mark(seen)) for name, seen in files]


def emptiable(folder: Path) -> bool:
    """Whether this process may read the folder and put its files away. Makes nothing. A link inside it is no place."""
    places = [place for place in (folder / DONE, folder / REFUSED) if _seen(place) is not None]
    if any(place.is_symlink() for place in places):
        return False
    return all(place.is_dir() and os.access(place, os.R_OK | os.W_OK | os.X_OK) for place in (folder, *places))


def codes_beside(file: WaitingFile) -> tuple[str, ...]:
    """The codes of what was wrong with a refused file, sorted, each once."""
    place, name = file.path.parent, file.path.name
    try:
        with _opened(place.parent) as above, _inside(above, place.name) as within:
            data = bytes_of(Path(f"{name}{BESIDE}"), follow=False, within=within)
    except (OSError, KetenregieError):
        return ()
    return tuple(sorted(set(CODE.findall(data.decode("utf-8", errors="replace")))))


def put_away(file: WaitingFile, refused: Iterable[str] = ()) -> None:
    """Move a file to `verwerkt`, or with the codes of what was wrong beside it to `geweigerd`. Never overwrites.

    A file that is another one by now stays: nobody read it, so the next round does. Raises OSError when the folder
    does not allow it, or when a link lies where the place should be.
    """
    codes, name = list(refused), file.path.name
    with _opened(file.path.parent) as above:
        _make(above, REFUSED if codes else DONE)
        with _inside(above, REFUSED if codes else DONE) as place:
            free = _free(place, name, ("", BESIDE) if codes else ("",))
            if _mark(_seen(name, above)) != file.mark:
                return
            os.replace(name, free, src_dir_fd=above, dst_dir_fd=place)
            if codes:
                _write_beside(place, free, codes)


def share(made: int, folder: int | Path) -> None:
    """Give what we made in a partner's folder, an open descriptor, the group of that folder, and its group what it may
    do there.

    Our services make everything for themselves alone (UMask=0077), but whoever shares the folder must get at it. Where
    the group is not one of ours, the owner of the folder decides; nothing fails.
    """
    above, mine = os.stat(folder), os.fstat(made).st_mode
    with suppress(OSError):
        os.fchown(made, -1, above.st_gid)
    with suppress(OSError):
        os.fchmod(made, (mine & 0o700) | (above.st_mode & (0o070 if stat.S_ISDIR(mine) else 0o060)))


def in_figures(counts: Mapping[str, int]) -> str:
    """What a round did, in Dutch: the number of each word, by the word; '' when there was nothing."""
    ones = {REFUSED_FILES: REFUSED_FILE}
    return ", ".join(amount(count, ones.get(what, what), what) for what, count in sorted(counts.items()))


@contextmanager
def _opened(folder: str | Path, flags: int = 0, within: int | None = None) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | flags, dir_fd=within)
    try:
        yield handle
    finally:
        os.close(handle)


def _inside(above: int, name: str) -> AbstractContextManager[int]:
    """The folder of this name in a partner's folder; OSError for a link."""
    return _opened(name, os.O_NOFOLLOW, above)


def _make(above: int, name: str) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=above)
        with _inside(above, name) as made:
            share(made, above)


def _write_beside(place: int, name: str, codes: Iterable[str]) -> None:
    handle = os.open(f"{name}{BESIDE}", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=place)
    with open(handle, "w", encoding="utf-8") as beside:
        beside.write("\n".join(codes) + "\n")
        share(handle, place)


def _seen(name: str | Path, within: int | None = None) -> os.stat_result | None:
    """What lies there, a link as the link itself; None when nothing does."""
    try:
        return os.stat(name, dir_fd=within, follow_symlinks=False)
    except OSError:
        return None


def _mark(seen: os.stat_result | None) -> Mark:
    """Which file this is, of when and how long."""
    return (seen.st_ino, seen.st_mtime_ns, seen.st_size) if seen is not None else GONE


def _free(place: int, name: str, ends: Iterable[str]) -> str:
    """The name, or one like it, under which nothing lies there yet with any of these ends; a link is something."""
    free, number = name, 1
    while any(_seen(f"{free}{end}", place) is not None for end in ends):
        free, number = f"{Path(name).stem}-{number}{Path(name).suffix}", number + 1
    return free
