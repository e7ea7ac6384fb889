"""The mails in a Maildir, an mbox file, a folder of .eml files or one such file, as bytes and unread by anybody."""

import mailbox
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from domain.errors import OutsideFailure

MOST_BYTES = 1_000_000
"""A delivery report is small; what is larger is no report."""
MBOX = b"From "


def read_mails(path: Path) -> Iterator[bytes]:
    """Every mail, one at a time. Raises KR-BESTAND when nothing can be read there."""
    try:
        if path.is_dir():
            yield from _folder(path)
        elif _is_mbox(path):
            yield from _mbox(path)
        else:
            yield _bytes(path)
    except OSError:
        raise OutsideFailure("KR-BESTAND") from None


def new_mails(maildir: Path) -> Iterator[tuple[Path, bytes]]:
    """What has come into a Maildir since it was last looked at, with its file. Raises KR-BESTAND."""
    try:
        found = sorted(path for path in (maildir / "new").iterdir() if path.is_file())
    except OSError:
        raise OutsideFailure("KR-BESTAND") from None
    for path in found:
        with suppress(OSError):  # another reader was first
            yield path, _bytes(path)


def seen(path: Path, *, understood: bool) -> None:
    """Put a file of `new` among those that were looked at, as Maildir does; marked as read when it was understood."""
    with suppress(OSError):
        path.rename(path.parent.parent / "cur" / f"{path.name}:2,{'S' if understood else ''}")


def _folder(path: Path) -> Iterator[bytes]:
    maildir = (path / "new").is_dir() and (path / "cur").is_dir()
    folders = (path / "new", path / "cur") if maildir else (path,)
    for folder in folders:
        for file in sorted(folder.iterdir()):
            if file.is_file() and (maildir or file.suffix == ".eml"):
                yield _bytes(file)


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MBOX)) == MBOX


def _mbox(path: Path) -> Iterator[bytes]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)[:MOST_BYTES]
    finally:
        box.close()


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES)
