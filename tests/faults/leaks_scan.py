"""Searches every byte of a folder for canaries: each file, and of each database also each column of each table."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.leaks_canaries import Hit, found_in

MAGIC = b"SQLite format 3\0"
SIDES = ("-wal", "-shm", "-journal")
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
IN_NO_COLUMN = "bytes"
ADDRESSEE = re.compile(rb"^(?:To|X-Ketenregie-To): .*$", re.MULTILINE)


@dataclass
class Scan:
    """What was searched, and what was found that may not be there."""

    allowed: frozenset[tuple[str, str]] = frozenset()
    files: int = 0
    size: int = 0
    columns: int = 0
    hits: list[Hit] = field(default_factory=list)
    met: set[tuple[str, str]] = field(default_factory=set)

    def folder(self, root: Path, name: str) -> None:
        """Every file below it. The name of a file is searched too."""
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            self.note("file name", found_in(str(path.relative_to(root)).encode()))
            if path.name.endswith(SIDES) and path.with_name(path.name.rsplit("-", 1)[0]).exists():
                continue
            self.file(path, name)

    def file(self, path: Path, name: str) -> None:
        """One file: a database by its columns, a mail with its addressee apart, anything else by its bytes."""
        data = path.read_bytes()
        self.files += 1
        self.size += len(data)
        if data.startswith(MAGIC):
            self.database(path, name)
            return
        if path.suffix == ".eml":
            self.note(f"{name}:to", found_in(b"\n".join(ADDRESSEE.findall(data))))
            data = ADDRESSEE.sub(b"", data)
        self.note(f"{name}:*{path.suffix}", found_in(data))

    def text(self, place: str, said: str) -> None:
        """What somebody could have read."""
        self.size += len(said)
        self.note(place, found_in(said.encode("utf-8", "backslashreplace")))

    def database(self, path: Path, name: str) -> None:
        """Every column of every table; then the bytes of the file and its log, for what is deleted but still there."""
        in_columns: set[str] = set()
        for place, value in columns(path):
            self.columns += 1
            fields = found_in(value)
            in_columns |= fields
            self.note(f"{name}:{place}", fields)
        raw = set().union(*(found_in(one.read_bytes()) for one in _with_sides(path)))
        self.note(f"{name}:{IN_NO_COLUMN}", raw - in_columns)

    def note(self, place: str, fields: Iterable[str]) -> None:
        """Count what is allowed here, keep what is not."""
        for of in fields:
            if (place, of) in self.allowed:
                self.met.add((place, of))
            else:
                self.hits.append(Hit(place, of))


def _with_sides(path: Path) -> Iterator[Path]:
    yield path
    yield from (side for end in SIDES if (side := path.with_name(path.name + end)).exists())


def columns(path: Path) -> Iterator[tuple[str, bytes]]:
    """`table.column` and all its values as bytes; also of what stands in the log of a database that is still open."""
    with closing(sqlite3.connect(path)) as database:
        database.text_factory = bytes
        tables = database.execute(TABLES).fetchall()
        for (table,) in tables:
            names = [row[1] for row in database.execute(f'PRAGMA table_info("{table.decode()}")').fetchall()]
            for name in names:
                yield f"{table.decode()}.{name.decode()}", _values(database, table.decode(), name.decode())


def _values(database: sqlite3.Connection, table: str, column: str) -> bytes:
    try:
        rows = database.execute(f'SELECT CAST("{column}" AS BLOB) FROM "{table}" WHERE "{column}" IS NOT NULL')
        return b"\n".join(row[0] for row in rows)
    except sqlite3.OperationalError:  # a table of a full-text index, which keeps its text in other tables
        return b""


def plant_everywhere(path: Path, canary: str) -> list[str]:
    """Put the canary in every column of every table, one row for each; gives the places."""
    planted = []
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("PRAGMA ignore_check_constraints = ON")
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        for (table,) in database.execute(
            f"{TABLES} AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%VIRTUAL%'"
        ).fetchall():
            about = database.execute(f'PRAGMA table_info("{table}")').fetchall()
            keys = [row[1] for row in about if row[5]]
            own = keys[0] if len(keys) == 1 and _type(about, keys[0]) == "INTEGER" else None
            for number, column in enumerate(row[1] for row in about if row[1] != own):
                names = [row[1] for row in about if row[1] != own]
                values = [f"{canary[:-4]}{number:04d}" if name == column else f"x{table}{column}" for name in names]
                listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
                database.execute(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', values)
                planted.append(f"{table}.{column}")
        database.commit()
    return planted


def _type(about: list[tuple[object, ...]], column: str) -> str:
    return next(str(row[2]).upper() for row in about if row[1] == column)
