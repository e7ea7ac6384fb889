"""What the lists of work for partners' systems share: who looked, the lines as JSON or as a table, are there more."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from deployments.cli.opened import opened
from deployments.cli.output import print_json, print_table, say
from domain.dutch import amount
from tasks.list_events import EventLine
from tasks.list_outcomes import OutcomeLine
from tasks.log_reading import log_reading, reader

Line = TypeVar("Line")
Table = tuple[Sequence[str], Iterable[Sequence[object]]]
WORDS = {
    "planned": "nog te versturen",
    "claimed": "onderweg",
    "sent": "verstuurd",
    "temporary": "later opnieuw",
    "indefinite": "later opnieuw",
    "permanent": "niet bezorgd",
}
STANDING = ("stand", "pogingen", "opnieuw om", "reden")


def look(find: Callable[..., list[Line]], limit: int, by: str, act: str, database: str) -> tuple[list[Line], bool]:
    """What `find(session, limit=)` finds, and whether there is more; with `by` it is logged who looked."""
    with opened(database) as here:
        if by:
            log_reading(here.ledger, reader(here.ledger, by), here.logging(), act)
        with here.ledger.reading() as session:
            found = find(session, limit=limit + 1)
    return found[:limit], len(found) > limit


def standing(line: EventLine | OutcomeLine) -> tuple[object, ...]:
    """The columns of STANDING."""
    return WORDS[line.state], line.attempts, line.next_try_at, line.reason


def print_lines(
    key: str, lines: Sequence[object], more: bool, as_json: bool, table: Table, names: tuple[str, str]
) -> None:
    """As JSON under this key, or as a table of columns and rows, if there is anything, and how many lines it has."""
    if as_json:
        print_json({"shown": len(lines), "more": more, key: lines})
        return
    if lines:
        print_table(*table)
    say(f"{amount(len(lines), *names)}.{' Er zijn er meer; gebruik --limit.' if more else ''}")
