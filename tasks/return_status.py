"""Tell reporters' systems what became of their reports (uitkomstmeldingen): claim, tell, record, each for itself.

One system after the other, each for a minute a round. Who asks for rest is left alone until then, by every round; who
is away, or fails three times in a row, until the next.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from domain.delivery import next_try
from domain.errors import WrongUse
from integrations.faults import fault_point
from integrations.http import Unanswered
from integrations.ledger import Ledger, UnitOfWork
from integrations.ledger.partner_tables import StatusReturn
from integrations.ledger.tables import DeliveryState
from integrations.partners import partners
from integrations.reporters.config import ReporterSystem
from integrations.reporters.outcome import OutcomeDoor
from integrations.verdict import OF_US, Result, Verdict
from tasks.claim_offers import PARTNER
from tasks.offer_handovers import clock_of
from tasks.partner_rest import MISSES, awake, leave_alone, rest_after
from tasks.return_status_claim import Claim, claim_status
from tasks.return_status_lost import status_lost
from tasks.return_status_plan import plan_status_returns

MOST = 200  # of one system in one round; the next takes what is left
SECONDS = 60.0
REPORTER = "melder"
"""What its rest is called."""


def return_statuses(ledger: Ledger, now: datetime) -> str:
    """Plan and tell; what was done, in Dutch, or ''."""
    systems = {one.source: one for one in partners().reporters if one.feedback is not None}
    if not systems:
        return ""
    became, clock = Counter[str](), clock_of(ledger, now)
    plan_status_returns(ledger, frozenset(systems), clock())
    with ledger.reading() as session:
        left = awake(session, REPORTER, systems, clock())
    for source in sorted(left):
        became += _Round(ledger, systems[source], clock).run()
    good, bad = became[DeliveryState.SENT], became[DeliveryState.PERMANENT]
    said = f"uitkomstmeldingen: {good} verstuurd, {became.total() - good - bad} later opnieuw, {bad} niet te bezorgen"
    return said if became else ""


@dataclass
class _Round:
    """One system in one round."""

    ledger: Ledger
    system: ReporterSystem
    clock: Callable[[], datetime]

    def run(self) -> Counter[str]:
        """What became of each."""
        became, misses, until = Counter[str](), 0, monotonic() + SECONDS
        while misses < MISSES and monotonic() < until and became.total() < MOST:
            with self.ledger.unit_of_work(now=self.clock(), actor=PARTNER) as work:
                claim = claim_status(work, self.system)
            if claim is None:
                break
            missed = self._one(claim, became)
            misses = misses + 1 if missed else 0
            if leave_alone(missed):
                break
        return became

    def _one(self, claim: Claim, became: Counter[str]) -> Unanswered | None:
        fault_point("status.claimed")
        missed = _tell(self.system, claim)
        fault_point("status.told")
        with self.ledger.unit_of_work(now=self.clock(), actor=PARTNER) as work:
            became[_record(work, claim, missed)] += 1
            rest_after(work, f"{REPORTER}:{self.system.source}", missed)
        return missed


def _tell(system: ReporterSystem, claim: Claim) -> Unanswered | None:
    try:
        with OutcomeDoor(system) as door:
            door.tell(claim.number, claim.status, claim.before)
    except Unanswered as error:
        return error
    except WrongUse as error:  # of our own set-up: an operator mends it while the status waits
        return Unanswered(Result(Verdict.TEMPORARY, f"{OF_US}{error.code}"))
    return None


def _record(work: UnitOfWork, claim: Claim, missed: Unanswered | None) -> str:
    """What became of it. Who slept past the lease has lost the claim; only that it was told is still news."""
    row = work.session.get_one(StatusReturn, claim.id)
    held = row.state == DeliveryState.CLAIMED and row.attempts == claim.attempt
    if row.state == DeliveryState.SENT or (missed is not None and not held):
        return row.state
    row.verdict_at, row.lease_until, row.next_try_at = work.now, None, None
    if missed is None:
        row.state, row.reason = DeliveryState.SENT, ""
        return row.state
    row.reason, verdict = missed.result.reason, missed.result.verdict
    row.indefinite += verdict is Verdict.INDEFINITE
    wait = None if verdict is Verdict.PERMANENT else next_try(row.attempts)
    if wait is None:
        row.state = DeliveryState.PERMANENT
        status_lost(work, row)
    else:
        row.state = DeliveryState(verdict)
        row.next_try_at = work.now + max(wait, timedelta(seconds=missed.wait))
    return row.state
