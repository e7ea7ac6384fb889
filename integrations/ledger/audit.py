"""The audit chain: every row holds the hash of the row before it, so a changed row breaks all that follow.

hash = sha256(previous + canonical JSON of the row). Canonical: the fields below, sorted keys, no spaces,
UTF-8, the moment in UTC with microseconds. The first row follows GENESIS. `seq` has no gaps.
A chain cannot show that its tail was cut off or rewritten whole: keep its `head` outside (it is in each daily
report) and give it to `verify` as anchor.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlmodel import Session, SQLModel

from integrations.ledger.tables import Audit

GENESIS = "0" * 64
FIELDS = ("seq", "at", "actor", "role", "door", "act", "ground", "case_reference", "step_id", "details")
"""What the hash covers. A new column must not change the hash of rows that are there already."""

AUDIT = SQLModel.metadata.tables["audit"]


class Head(NamedTuple):
    """The last row of the chain."""

    seq: int
    hash: str


EMPTY = Head(0, GENESIS)


def head(session: Session) -> Head:
    """The last row as the database has it; EMPTY if there is none."""
    last = select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
    row = session.connection().execute(last).first()
    return Head(row.seq, row.hash) if row else EMPTY


def chained(row: Audit, after: Head) -> Head:
    """Give the row its place in the chain; returns the new head."""
    row.seq, row.previous = after.seq + 1, after.hash
    row.hash = digest(row.previous, {name: getattr(row, name) for name in FIELDS})
    return Head(row.seq, row.hash)


def digest(previous: str, fields: Mapping[str, Any]) -> str:
    """The hash of one row, in lower-case hexadecimals."""
    plain = {**fields, "at": fields["at"].astimezone(UTC).isoformat(timespec="microseconds")}
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((previous + canonical).encode()).hexdigest()


def verify(session: Session, *, anchor: Head | None = None) -> int | None:
    """The first `seq` that is missing, changed, or not what `anchor` says it was; None if the chain is whole."""
    last = EMPTY
    rows = select(AUDIT).order_by(AUDIT.c.seq).execution_options(yield_per=1000)
    with session.connection().execute(rows) as found:
        for row in found:
            here = Head(row.seq, row.hash)
            if not _follows(row, last) or (anchor and anchor.seq == here.seq and anchor != here):
                return last.seq + 1
            last = here
    return last.seq + 1 if anchor and anchor.seq > last.seq else None


def _follows(row: Row[Any], last: Head) -> bool:
    fields = {name: getattr(row, name) for name in FIELDS}
    return Head(row.seq - 1, row.previous) == last and bool(row.hash == digest(row.previous, fields))
