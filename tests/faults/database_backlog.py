"""Many cases on one ledger, multiplied inside the database; and a child that clears a backlog and says what it took.

`python -m tests.faults.database_backlog LEDGER MOMENT` prints: rows decided, mails, seconds, megabytes.
"""

import sqlite3
import sys
import time
from datetime import datetime
from pathlib import Path

from integrations.ledger import Ledger
from tests.faults.database_world import Place
from tests.faults.memory import peak_megabytes

FIRST = 1000
"""The number of the first multiplied case."""
LATER = "2027-01-01 00:00:00.000000"


def multiplied(path: Path, cases: int, due: int) -> None:
    """So many cases more, each with the open step of the first case; of `due` the look is due, the rest next year."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    step = "(SELECT id FROM step WHERE case_id = 2 AND kind = 'safety_assessment')"
    look = f"CASE WHEN n % {max(1, cases // due)} = 0 THEN next_action_at ELSE '{LATER}' END"
    number = f"{FIRST} + n"
    with connection:
        _copied(
            connection, "case_file", "id = 2", cases, {"id": number, "reference": REFERENCE, "household": REFERENCE}
        )
        steps = {"id": f"{REFERENCE} || '.001'", "case_id": number, "next_action_at": look}
        _copied(connection, "step", f"id = {step}", cases, steps)
    connection.execute("ANALYZE")
    connection.close()


REFERENCE = "substr('BCDFGHJKMN', n / 100000 % 10 + 1, 1) || printf('%03d', n / 100 % 1000) || '-' || "
REFERENCE += "printf('%02d', n % 100) || 'XX-C'"


def _copied(connection: sqlite3.Connection, table: str, which: str, rows: int, other: dict[str, str]) -> None:
    columns = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(other.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    series = f"WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < {rows})"
    connection.execute(f"{series} INSERT INTO {table} ({names}) SELECT {values} FROM {table}, series WHERE {which}")


def main(path: str, moment: str) -> None:
    """Clear what is due."""
    place = Place(Ledger(f"sqlite:///{path}"), now=datetime.fromisoformat(moment))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    began = time.monotonic()
    place.round()
    took = time.monotonic() - began
    peak = peak_megabytes()
    sys.stdout.write(f"{len(place.post.mails)} {took:.1f} {peak}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
