"""What a command prints: a table or lines for people, JSON with stable keys for scripts."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.dutch import AMSTERDAM, moment_text

WIDE = 200
"""Characters a line when nobody watches: a file or a pipe gets whole rows."""


def print_json(value: Any) -> None:
    """As JSON; moments in Amsterdam time with their offset."""
    typer.echo(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """As a table that hides nothing: long cells are folded."""
    table = Table(box=SIMPLE, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(cell)) for cell in row))
    console().print(table)


def say(*lines: str) -> None:
    """Lines of text as they stand."""
    for line in lines:
        typer.echo(line)


def console() -> Console:
    """Standard output, as wide as the terminal, or wide when there is none."""
    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDE)


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return moment_text(cell)
    if isinstance(cell, bool):
        return "ja" if cell else ""
    return "" if cell is None else str(cell)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, datetime):
        return value.astimezone(AMSTERDAM).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
