"""The ledger of one region: open it, bring it up to date, read it, and change it one unit of work at a time."""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from time import monotonic

from sqlmodel import Session

from domain.errors import OutsideFailure, WrongUse
from integrations.ledger import connections, upgrading
from integrations.ledger.failures import translated
from integrations.ledger.unit_of_work import Actor, UnitOfWork
from integrations.settings import settings


class Ledger:
    """One database, safe to share between threads. Making the object opens and creates nothing.

    Units of work take turns, on SQLite by BEGIN IMMEDIATE and on PostgreSQL by one advisory lock: what a unit
    reads is true until it commits, so two outcomes of one step cannot both win and the audit chain cannot fork.
    The price is that a region writes one unit at a time, so a unit holds no outside call and no waiting.
    Readers wait for nobody.

    Errors: KR-ADMINISTRATIE (not made yet), -BEZET (no turn within `busy_seconds`), -VOL, -ALLEENLEZEN,
    -ONBEREIKBAAR, -BESCHADIGD.
    """

    def __init__(self, url: str, *, busy_seconds: float = 10.0) -> None:
        self.url = connections.accepted(url)
        self.busy_seconds = busy_seconds
        self.writer = connections.writer(self.url, busy_seconds)
        self.reader = connections.reader(self.url, busy_seconds)
        self._front, self._turn = threading.Lock(), threading.Lock()
        self._inside = threading.local()

    def upgrade(self) -> None:
        """Make the ledger or bring it to this version's tables, with the guards; nothing if it is there already.

        A ledger of a newer version is refused (KR-ADMINISTRATIE-NIEUWER).
        """
        with translated():
            upgrading.upgrade(self.url, self.busy_seconds)

    @contextmanager
    def unit_of_work(self, *, now: datetime, actor: Actor) -> Iterator[UnitOfWork]:
        """One transaction: commits when the block ends, leaves nothing when it raises.

        `now` is aware. A second unit of work inside the block, in the same thread, is refused (KR-TRANSACTIE-GENEST).
        """
        with self._turn_of_this_thread(), translated(), Session(self.writer, expire_on_commit=False) as session:
            unit = UnitOfWork(session, now, actor)
            with session.begin():
                session.connection()  # the turn is taken before anything is read
                try:
                    yield unit
                finally:
                    unit.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one moment of the ledger. Writing in it is refused (KR-ALLEEN-LEZEN). Keep it short."""
        with translated(reading=True), Session(self.reader, expire_on_commit=False) as session:
            yield session
            if session.new or session.dirty or session.deleted:
                raise WrongUse("KR-ALLEEN-LEZEN")

    def dispose(self) -> None:
        """Close every connection; the next use opens new ones."""
        self.writer.dispose()
        self.reader.dispose()

    @contextmanager
    def _turn_of_this_thread(self) -> Iterator[None]:
        """Threads of this process queue here, so that the database only has to sort out processes.

        Who waits at the front is next, also before the thread that has just had its turn and wants another.
        """
        if getattr(self._inside, "unit", False):
            raise WrongUse("KR-TRANSACTIE-GENEST")
        until = monotonic() + self.busy_seconds
        if not self._front.acquire(timeout=self.busy_seconds):
            raise OutsideFailure("KR-ADMINISTRATIE-BEZET")
        try:
            if not self._turn.acquire(timeout=max(0.0, until - monotonic())):
                raise OutsideFailure("KR-ADMINISTRATIE-BEZET")
        finally:
            self._front.release()
        self._inside.unit = True
        try:
            yield
        finally:
            self._inside.unit = False
            self._turn.release()


def current_ledger() -> Ledger:
    """The ledger of this process, from its settings; one for each URL, closed when the process ends."""
    return _opened(settings().database_url, os.getpid())


@lru_cache(maxsize=8)
def _opened(url: str, _process: int) -> Ledger:
    ledger = Ledger(url)
    atexit.register(ledger.dispose)
    return ledger
