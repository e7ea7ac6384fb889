"""Deliver what is due: bundle, claim, send, record. Each claim and each verdict is committed; a send is never inside.

A kill loses nothing: an unsent mail is claimed again when its lease ends, and one whose verdict was not yet
committed is sent a second time, under the same reference, and marked as possibly sent twice.
A relay that does not answer costs a handful of tries a round: the rest is handed back, and their try is not counted.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from domain.errors import OutsideFailure
from integrations.faults import fault_point
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.contacts import AddressBook, address_book
from integrations.mail import Sender, Verdict
from integrations.senders import sender as the_sender
from integrations.settings import settings
from tasks.breaker import Breaker
from tasks.bundle_messages import Bundled, bundle_messages
from tasks.claim_deliveries import (
    Claim,
    Claims,
    claim_deliveries,
    free_from_a_wrong_future,
    hold_for_the_night,
)
from tasks.import_bounces import Imported, import_new_bounces
from tasks.look_at_mailbox import look_at_mailbox
from tasks.record_verdicts import Outcome, record_verdicts
from tasks.redirect_unsent import redirect_unsent
from tasks.send_message import send_message
from tasks.settle_restore import settle_restore

LOGGER = logging.getLogger(__name__)
THREADS = 4
IN_HAND = 16  # claimed at once; a claim whose lease got too short while it waited for a thread is handed back
TRIES = 3  # of ten seconds each, when the database is busy
GRACE = 0.02  # seconds to wait for more verdicts, so that a busy round commits a dozen at once


@dataclass(frozen=True)
class Delivered:
    """What became of the sends of one round; `bundled` and `returned` (mails that came back) went before."""

    sent: int = 0
    temporary: int = 0
    permanent: int = 0
    indefinite: int = 0
    bundled: Bundled = field(default_factory=Bundled)
    returned: Imported = field(default_factory=Imported)

    @property
    def any(self) -> bool:
        """Whether this round changed anything."""
        return (
            bool(self.sent or self.temporary or self.permanent or self.indefinite)
            or self.bundled != Bundled()
            or self.returned.bounced > 0
        )


def deliver_messages(ledger: Ledger, now: datetime, sender: Sender | None = None, limit: int = 20_000) -> Delivered:
    """Send at most `limit` mails that are due at `now`, four at a time."""
    settle_restore(ledger, now)
    returned = _returned(ledger, now)
    redirect_unsent(ledger, now)
    bundled = bundle_messages(ledger, now)
    round_ = Round(ledger, _clock(ledger, now), sender or the_sender())
    became = round_.run(limit)
    return Delivered(**{str(verdict): became[verdict] for verdict in Verdict}, bundled=bundled, returned=returned)


def _returned(ledger: Ledger, now: datetime) -> Imported:
    """What came back, where an operator told us to look. A mailbox that cannot be read stops no delivery."""
    maildir = settings().bounces
    if maildir is None:
        return Imported()
    look_at_mailbox(ledger, maildir, now)
    try:
        return import_new_bounces(ledger, maildir, SYSTEM, now)
    except OutsideFailure as error:
        LOGGER.warning("bounces %s", error.code)
        return Imported()


class Round:
    """One round of deliveries."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime], sender: Sender) -> None:
        self.ledger = ledger
        self.clock = clock
        self.sender = sender
        self.became: Counter[Verdict] = Counter()
        self.breaker = Breaker()
        with ledger.reading() as session:
            self.book: AddressBook = address_book(session)

    def run(self, limit: int) -> Counter[Verdict]:
        """Send until nothing is due or the limit is reached."""
        flying: list[Future[Outcome]] = []
        done: list[Outcome] = []
        with self.ledger.unit_of_work(now=self.clock(), actor=SYSTEM) as work:
            free_from_a_wrong_future(work)
            hold_for_the_night(work)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="ketenregie-deliver") as pool:
            while True:
                claims = self._patiently(done, min(IN_HAND - len(flying), limit))
                limit -= len(claims)
                flying += [pool.submit(self._send, claim) for claim in claims]
                if not flying and not claims.more:
                    return self.became
                landed = _landed(flying) if flying else set()
                done = [future.result() for future in flying if future in landed]  # in order: silences in a row count
                self.breaker.note(done)
                flying = [future for future in flying if future not in landed]

    def _patiently(self, done: list[Outcome], most: int) -> Claims:
        """A busy database must not cost us the verdicts of mails that went out."""
        for _ in range(TRIES - 1):
            try:
                return self._turn(done, most)
            except OutsideFailure:
                continue
        return self._turn(done, most)

    def _turn(self, done: list[Outcome], most: int) -> Claims:
        """One transaction: the verdicts of what was sent, and the claims of what is next."""
        with self.ledger.unit_of_work(now=self.clock(), actor=SYSTEM) as work:
            self.became += record_verdicts(work, done)
            down = self.breaker.channels(self.book)
            claims = claim_deliveries(work, self.book, most, down) if most > 0 else Claims()
        fault_point("claim.after")
        return claims

    def _send(self, claim: Claim) -> Outcome:
        return claim, None if self.breaker.stops(claim) else send_message(self.sender, claim)


def _landed(flying: Iterable[Future[Outcome]]) -> set[Future[Outcome]]:
    """What is ready: at least one, and whatever follows at once."""
    wait(flying, return_when=FIRST_COMPLETED)
    return wait(flying, timeout=GRACE).done


def _clock(ledger: Ledger, now: datetime) -> Callable[[], datetime]:
    """The moment of each transaction. A virtual ledger stands still; elsewhere a long round must not outlive leases."""
    with ledger.reading() as session:
        virtual = settings_table.get(session, "clock") == "virtual"
    began = monotonic()
    return lambda: now if virtual else now + timedelta(seconds=monotonic() - began)
