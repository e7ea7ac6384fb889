"""A small file that is replaced at once: who reads it finds the old text or the new one, also after a power cut."""

import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Replace the file by this text. Two processes that write it do not mix. Raises OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
