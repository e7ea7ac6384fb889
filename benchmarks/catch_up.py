"""After an outage: 10 000 overdue reminders among 100 000 open steps decided, put into mails and delivered (SQLite).

Once for 40 people, who each get digests, and once for 10 000 people, who each get a mail. The mails go over SMTP to a
server in a process of its own on this machine.
"""

import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, text

from benchmarks.line import report
from benchmarks.mailbox import arrived, mailbox
from benchmarks.sweep_due import NOW, filled
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import ProfessionalRow
from integrations.mail import AppriseSender
from integrations.settings import Settings
from tasks.bundle_messages import bundle_messages
from tasks.deliver_messages import deliver_messages
from tasks.sweep_deadlines import sweep_deadlines

OPEN, DUE = 100_000, 10_000
PEOPLE = (40, 10_000)
FIRST = 100_000  # the codes of these people: VT-100000 and on


@dataclass(frozen=True)
class Caught:
    """What catching up came to: messages decided, mails sent and arrived, seconds of each part."""

    planned: int
    sent: int
    arrived: int
    sweep: float
    bundle: float
    deliver: float

    @property
    def seconds(self) -> float:
        return self.sweep + self.bundle + self.deliver


def catch_up(folder: Path, *, open_steps: int, due: int, people: int) -> Caught:
    """Sweep, bundle and deliver `due` overdue reminders to so many people."""
    ledger = filled(folder, open_steps, due)
    spread(ledger, people, every=open_steps // due)
    box = folder / "mail"
    with mailbox(box) as port:
        moments = [time.perf_counter()]
        planned = sweep_deadlines(ledger, NOW).planned
        moments.append(time.perf_counter())
        bundle_messages(ledger, NOW)
        moments.append(time.perf_counter())
        sent = deliver_messages(ledger, NOW, AppriseSender(Settings(mail_port=port))).sent
        moments.append(time.perf_counter())
    ledger.dispose()
    sweep, bundle, deliver = (after - before for before, after in pairwise(moments))
    return Caught(planned, sent, arrived(box), sweep, bundle, deliver)


def spread(ledger: Ledger, people: int, every: int) -> None:
    """So many workers with an address each; the steps that are due, one in `every`, are theirs in turn."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        connection = uow.session.connection()
        connection.execute(insert(ProfessionalRow), [_worker(number) for number in range(people)])
        owner = text("UPDATE step SET owner = 'VT-' || (:first + rowid / :every % :people)")
        connection.execute(owner, {"first": FIRST, "people": people, "every": every})


def _worker(number: int) -> dict[str, Any]:
    code = f"VT-{FIRST + number}"
    return {
        "code": code,
        "organisation": "VT-KUST",
        "team": "VT-MIDDEN",
        "roles": ["vt_worker"],
        "channels": [f"mail:{code.lower()}@werk.example"],
        "deputy": "",
        "active": True,
        "expertise": [],
    }


def main() -> None:
    """A line for each number of people."""
    for people in PEOPLE:
        with TemporaryDirectory() as folder:
            made = catch_up(Path(folder), open_steps=OPEN, due=DUE, people=people)
        assert (made.planned, made.arrived) == (DUE, made.sent)
        parts = {"sweep_seconds": made.sweep, "bundle_seconds": made.bundle, "deliver_seconds": made.deliver}
        report("catch_up", n=DUE, open_steps=OPEN, seconds=made.seconds, mails=made.sent, people=people, **parts)


if __name__ == "__main__":
    main()
