"""A region that lives on after a copy was made, and what the mail server took in: before the restore and after it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from domain.messages import MAYBE_AGAIN
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Bundle, Delivery, Message, MessageState, Step, StepState
from tasks.bundle_messages import bundle_messages
from tasks.deliver_messages import deliver_messages
from tasks.settle_restore import leave_mark
from tasks.sweep_deadlines import sweep_deadlines
from tests.chain import Chain
from tests.faults.spool import Spool
from tests.faults.witness import Mail
from tests.region import moment

Key = tuple[str, str, str, int, int]
COPIED = moment("2026-04-24T09:30")
SOON = moment("2026-04-28T16:00")
CRASHED = moment("2026-05-12T16:00")
BACK = moment("2026-05-13T09:00")


@dataclass
class Region:
    """One ledger in its place, acts at moments, rounds with a real mail server."""

    chain: Chain
    spool: Spool
    name: str
    before: list[Mail] = field(default_factory=list)
    lost: dict[Key, str] = field(default_factory=dict)

    @property
    def ledger(self) -> Ledger:
        """The ledger."""
        return self.chain.ledger

    @property
    def file(self) -> Path:
        """Where it stands."""
        return Path(str(self.ledger.url.database))

    def round(self, at: datetime, *, post: bool = True) -> None:
        """What the timers do; without `post` the mails are made and wait."""
        sweep_deadlines(self.ledger, at)
        if not post:
            bundle_messages(self.ledger, at)
        else:
            became = deliver_messages(self.ledger, at, self.spool.sender(self.name))
            leave_mark(self.ledger, at, sent=became.any)

    def until_the_copy(self) -> None:
        """Two cases; the first mails went, and others are bundled and wait for a relay that was away."""
        for number in range(2):
            self.chain.report(household=f"H-{number}")
            given = {"outcome": "not_acute", "suspicion": "structural"}
            self.chain.record("immediate_safety_check", "VT-911", "2026-04-21T08:50", **given)
        self.round(moment("2026-04-21T10:00"))
        self.chain.report("2026-04-23T10:00", household="H-9")
        self.round(COPIED - timedelta(minutes=5), post=False)
        self.chain.report("2026-04-24T09:28", household="H-10")
        with self.ledger.unit_of_work(now=COPIED, actor=SYSTEM) as uow:
            for step in uow.session.exec(select(Step).where(Step.state == StepState.OPEN)):
                step.run_id = f"run-{step.id}"

    def lost_days(self, until: datetime = CRASHED) -> None:
        """An answer closes a step, terms pass, and each day brings its mails."""
        self.chain.record("immediate_safety_check", "VT-911", "2026-04-24T10:00", outcome="not_acute")
        at = moment("2026-04-24T10:05")
        while at < until:
            self.round(at)
            at += timedelta(days=1)
        self.before, self.lost = self.mails(), self.sent()

    def after(self, hours: Iterable[int] = (0, 1, 24, 48)) -> list[Mail]:
        """The rounds after the restore; what they sent."""
        seen = len(self.mails())
        for number in hours:
            self.round(BACK + timedelta(hours=number))
        return self.mails()[seen:]

    def mails(self) -> list[Mail]:
        """Everything the mail server ever took in."""
        return self.spool.mails(self.name)

    def sent(self) -> dict[Key, str]:
        """What was told, by its key: the reference of the mail it went in."""
        with self.ledger.reading() as session:
            pairs = session.exec(
                select(Message, Bundle.reference)
                .join(Bundle, col(Bundle.id) == Message.bundle_id)
                .where(Message.state == MessageState.SENT)
            )
            return {(m.step_id, m.party, m.rung, m.deadline_version, m.ordinal): reference for m, reference in pairs}

    def doubts(self) -> dict[str, int]:
        """For each reference, how many indefinite sends are recorded at least."""
        with self.ledger.reading() as session:
            pairs = session.exec(
                select(Bundle.reference, Delivery.indefinite).join(Delivery, col(Delivery.bundle_id) == Bundle.id)
            )
            found: dict[str, int] = {}
            for reference, number in pairs:
                found[reference] = min(found.get(reference, number), number)
            return found

    def repeats(self, after: list[Mail]) -> list[Mail]:
        """The mails of these that tell something that a mail in the lost days told as well."""
        again = {reference for key, reference in self.sent().items() if key in self.lost}
        return [mail for mail in after if mail.reference in again]

    def unmarked(self, after: list[Mail]) -> list[Mail]:
        """Of the repeats, those that are not recorded as such, or that do not say so and are no copy to the letter."""
        doubts, same = self.doubts(), {(mail.reference, mail.body) for mail in self.before}
        return [
            mail
            for mail in self.repeats(after)
            if doubts[mail.reference] < 1 or (MAYBE_AGAIN not in mail.body and (mail.reference, mail.body) not in same)
        ]


def reused(mails: list[Mail]) -> dict[str, set[str]]:
    """References under which more than one text went to one address."""
    texts: dict[str, set[str]] = defaultdict(set)
    for mail in mails:
        texts[f"{mail.reference} {mail.to}"].add(f"{mail.subject}\n{mail.body}")
    return {reference: found for reference, found in texts.items() if len(found) > 1}
