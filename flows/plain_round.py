"""A whole round without Prefect: decide what is due, send it, give a sign of life. Safe beside Prefect's own rounds."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import KetenregieError, OutsideFailure
from integrations.ledger import Ledger
from integrations.mail import Sender
from tasks.deliver_messages import Delivered, deliver_messages
from tasks.give_heartbeat import give_heartbeat
from tasks.ledger_clock import is_virtual
from tasks.partner_rounds import partner_round
from tasks.settle_restore import leave_mark
from tasks.sweep_deadlines import COMMAND, Swept, sweep_deadlines

MOST_MAILS = 2_000  # in one round; the next takes what is left


@dataclass(frozen=True)
class Round:
    """What one round did; `delivered` is None when it only planned. `partners`: sentences about partners' systems."""

    swept: Swept
    delivered: Delivered | None = None
    partners: tuple[str, ...] = ()

    def problems(self) -> list[KetenregieError]:
        """What a person must look at, each with its code. That a mail must be tried again is none."""
        found: list[KetenregieError] = []
        if self.swept.clock_back:
            found.append(OutsideFailure("KR-RONDE-KLOK"))
        if self.swept.failed:
            found.append(OutsideFailure("KR-RONDE-STAP", count=str(self.swept.failed)))
        if self.delivered and (lost := self.delivered.permanent + self.delivered.bundled.failed):
            found.append(OutsideFailure("KR-RONDE-NIEMAND", count=str(lost)))
        return found


def plain_round(ledger: Ledger, now: datetime, *, plan_only: bool = False, sender: Sender | None = None) -> Round:
    """Sweep and deliver at `now`. Raises what the ledger raises; what was planned by then stays planned."""
    swept = sweep_deadlines(ledger, now, door=COMMAND)
    if plan_only:
        return Round(swept)
    delivered = deliver_messages(ledger, now, sender, MOST_MAILS)
    told = tuple(partner_round(ledger, now))
    leave_mark(ledger, now, sent=delivered.any or bool(told))
    done = Round(swept, delivered, told)
    if swept.sound and not is_virtual(ledger):
        give_heartbeat()
    return done
