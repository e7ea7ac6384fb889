"""A small file that is replaced at once: who reads it finds the old text or the new one, also after a power cut."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


def write_whole(path: Path, text: str, finish: Callable[[int], None] | None = None) -> None:
    """Replace the file, or a link of that name, by this text. Two processes that write it do not mix.

    `finish` gets the descriptor of the file before it has its name. Raises OSError, and leaves nothing half then.
    """
    part = path.with_name(f"{path.name}.{token_hex(8)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if finish is not None:
                finish(handle)
            os.fsync(handle)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
