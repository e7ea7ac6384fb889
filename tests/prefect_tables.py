"""Prefect makes its tables once for all tests: it takes a core seven seconds, at each start on an empty home."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

FILE = Path("prefect", "prefect.db")


@dataclass(frozen=True)
class PrefectTables:
    """`kept` is the database of the first server that started on an empty home; all workers of this run share it."""

    kept: Path

    def keep(self, home: Path) -> None:
        """Keep the tables of the server that was just started in this home, unless another was sooner."""
        if self.kept.exists():
            return
        copied = self.kept.with_suffix(f".{os.getpid()}")
        with closing(sqlite3.connect(home / FILE)) as made, closing(sqlite3.connect(copied)) as copy:
            made.backup(copy)
        copied.replace(self.kept)

    def lend(self, home: Path) -> None:
        """Give this empty home the tables, when they were made."""
        if self.kept.exists():
            (home / FILE).parent.mkdir(parents=True, mode=0o700)
            shutil.copy(self.kept, home / FILE)
