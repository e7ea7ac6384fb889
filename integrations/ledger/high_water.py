"""How far a ledger has come on this machine, in a small file outside it: that shows when an older one took its place.

Beside a SQLite ledger (`ketenregie.sqlite.mark`, so in the home by default); for PostgreSQL in the home. Written after
each round of deliveries. `first` tells an older copy of the same ledger from a new ledger in the same place.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import URL, select
from sqlmodel import Session

from integrations.ledger.audit import AUDIT, head
from integrations.ledger.settings_table import get
from integrations.settings import settings
from integrations.whole_file import write_whole

ROUNDS, TIMES = "rounds", "restored_times"


@dataclass(frozen=True)
class Mark:
    """`first`: the hash of the trail's first row; `seq`, `hash`: its last; rounds sent; times restored."""

    first: str = ""
    seq: int = 0
    hash: str = ""
    rounds: int = 0
    times: int = 0


def place(url: URL) -> Path:
    """The file of this ledger's mark."""
    if url.drivername == "sqlite":
        return Path(f"{url.database}.mark")
    where = f"{url.host or url.query.get('host', '')}|{url.port or ''}|{url.database}"
    return settings().home / f"ketenregie-{sha256(where.encode()).hexdigest()[:12]}.mark"


def read(url: URL) -> Mark:
    """The mark, an empty one when there is none or none that can be read."""
    try:
        return Mark(**json.loads(place(url).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Mark()


def write(url: URL, mark: Mark) -> None:
    """Keep the mark. Where that is not possible the messages still go: a mark is a second guard, not the first."""
    with suppress(OSError):
        write_whole(place(url), json.dumps(asdict(mark)))


def reached(session: Session) -> Mark:
    """How far this ledger is now."""
    end = head(session)
    rounds, times = (int(get(session, name) or 0) for name in (ROUNDS, TIMES))
    return Mark(_hash_of(session, 1), end.seq, end.hash, rounds, times)


def went_back(session: Session, mark: Mark) -> bool:
    """True when this ledger is an older one, or another branch, of the ledger that the mark is of."""
    first = _hash_of(session, 1)
    if not mark.first or not first or first != mark.first:
        return False
    return int(get(session, ROUNDS) or 0) < mark.rounds or _hash_of(session, mark.seq) != mark.hash


def _hash_of(session: Session, seq: int) -> str:
    return session.connection().execute(select(AUDIT.c.hash).where(AUDIT.c.seq == seq)).scalar() or ""
