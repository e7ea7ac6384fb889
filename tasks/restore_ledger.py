"""Restore: put a copy in the place of the ledger, checked, brought up to date and marked before it counts."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import inspect

from domain.errors import InputRefusal, StateRefusal
from integrations.faults import fault_point
from integrations.ledger import Ledger, copies, dumps, high_water, upgrading
from integrations.ledger.audit import Head, head
from integrations.ledger.restored import epoch
from tasks.backup_ledger import checked
from tasks.ledger_clock import act_moment
from tasks.settle_restore import settle_restore

SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Restored:
    """`times`: how often this ledger was restored by now. `waiting`: deliveries that may be sent a second time.

    `set_aside`: where the ledger that was there is kept, None when there was none.
    """

    audit_seq: int
    audit_hash: str
    times: int
    waiting: int
    set_aside: Path | None = None


def examine_copy(ledger: Ledger, copy: Path) -> Head | None:
    """The last row of the trail in a SQLite copy, after checking all of it; None for a readable PostgreSQL dump.

    Raises InputRefusal KR-BESTAND or KR-KOPIE-STUK, StateRefusal KR-ADMINISTRATIE-NIEUWER.
    """
    if _is_sqlite(copy) != (ledger.url.drivername == "sqlite"):
        raise InputRefusal("KR-KOPIE-STUK", what="van een andere soort dan de administratie")
    if ledger.url.drivername != "sqlite":
        if not dumps.readable(copy):
            raise InputRefusal("KR-KOPIE-STUK", what="niet te lezen")
        return None
    with copies.looking_at(copy) as session:
        if not copies.is_whole(session):
            raise InputRefusal("KR-KOPIE-STUK", what="beschadigd")
        if upgrading.revision(session.connection()) not in upgrading.revisions():
            raise StateRefusal("KR-ADMINISTRATIE-NIEUWER")
        return checked(session)


def restore_ledger(ledger: Ledger, copy: Path, clock: datetime, given: datetime | None = None) -> Restored:
    """Put `copy` in place of the ledger, which nobody may be using. Nothing is sent twice without saying so.

    `given` is the moment for a trial ledger, `clock` for a real one.
    Raises what `examine_copy` raises, StateRefusal KR-TERUG-OPEN (in use) or KR-TERUG-VOL (database not empty).
    """
    examine_copy(ledger, copy)
    if ledger.url.drivername == "sqlite":
        return _sqlite(ledger, copy, clock, given)
    with ledger.reading() as session:
        if inspect(session.connection()).get_table_names():
            raise StateRefusal("KR-TERUG-VOL")
    dumps.load(ledger.url, copy)
    return mark_restored(ledger, clock, given)


def mark_restored(ledger: Ledger, clock: datetime, given: datetime | None = None) -> Restored:
    """The ledger in place is an older one, put back by whatever means: bring it up to date and mark it."""
    ledger.upgrade()
    waiting = settle_restore(ledger, act_moment(ledger, given, clock), forced=True)
    with ledger.reading() as session:
        end = head(session)
        return Restored(end.seq, end.hash, epoch(session), waiting)


def _sqlite(ledger: Ledger, copy: Path, clock: datetime, given: datetime | None) -> Restored:
    """Everything is done to a file beside the ledger, which takes its place in one move."""
    place = Path(str(ledger.url.database))
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place.with_name(f"{place.name}.part")
    _away(part)
    copies.copy(copy, part, ledger.busy_seconds, None)
    new = Ledger(f"sqlite:///{part}")
    mark = high_water.place(new.url)
    try:
        high_water.write(new.url, high_water.read(ledger.url))
        done = mark_restored(new, clock, given)
        new.dispose()
        ledger.dispose()
        fault_point("restore.ready")
        aside = _free(place, clock)
        kept = copies.put_in_place(part, place, aside)
        fault_point("restore.placed")
        with suppress(OSError):
            mark.replace(high_water.place(ledger.url))
    finally:
        new.dispose()
        _away(part)
    return replace(done, set_aside=aside if kept else None)


def _free(place: Path, clock: datetime) -> Path:
    """The name under which what was there is kept."""
    stem = f"{place.name}.{clock.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (place.with_name(f"{stem}-{number}.old") for number in count(1))
    return next(name for name in names if not name.exists())


def _away(part: Path) -> None:
    """What a restore that was stopped left behind."""
    for ending in (*copies.WITH, ".mark", ".turn"):
        part.with_name(f"{part.name}{ending}").unlink(missing_ok=True)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        raise InputRefusal("KR-BESTAND") from None
