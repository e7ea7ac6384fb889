"""Preview: what will go to whom if nobody acts, by the same rules the sweep and the bundling follow."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from domain.duty import next_opening
from domain.ladder import COUNTS, Lateness, decide, first_action, words
from domain.messages import ACUTE
from domain.parties import Roster
from domain.policy import Policy
from domain.process import step_of
from domain.recipients import recipient
from integrations.ledger import Ledger
from integrations.ledger.contacts import AddressBook, address_book, book_at
from integrations.ledger.people import roster
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Case, Message, MessageState, Step, StepState
from tasks.read_messages import read_messages

ALARMS = 2
"""An alarm is repeated until acknowledged: first to the duty desk, from the second time on to the team lead too."""


@dataclass(frozen=True)
class PreviewLine:
    """One message to come: when it leaves, about which step of which case, which rung, to whom.

    `sent_to`: who gets it then, for the party may be away; '' when nobody can be reached.
    """

    at: datetime
    step_id: str
    reference: str
    rung: str
    party: str
    ordinal: int = 1
    sent_to: str = ""


def preview(ledger: Ledger, now: datetime, until: datetime) -> list[PreviewLine]:
    """What goes out after `now`, up to and including `until`, oldest first; with what waits to be sent at once.

    A message leaves when working hours, shifts and absences let it; of those that then leave together about one step
    each party gets the last.
    """
    with ledger.reading() as session:
        there = _There(session, now)
        decided = _waiting(session, until)
        due = select(Step, Case).join(Case, col(Case.id) == Step.case_id).where(col(Step.next_action_at) <= until)
        rows = session.exec(due).all()
    for step, case in rows:
        decided += _to_come(step, case, there.people, there.policy, now, until)
    last: dict[tuple[object, ...], PreviewLine] = {}
    for line in sorted(decided, key=_moment):
        left = there.leaving(line)
        last[left.at, left.step_id, left.party, left.rung == ACUTE, left.rung in COUNTS] = left
    found = (line for line in last.values() if line.at <= until)
    return sorted(found, key=lambda line: (line.at, line.step_id, line.rung, line.party))


def _moment(line: PreviewLine) -> datetime:
    return line.at


def _waiting(session: Session, until: datetime) -> list[PreviewLine]:
    """What was decided already and has not left; what would fall silent by now is not foreseen."""
    waiting = read_messages(session, until, Message.state == MessageState.PLANNED, col(Message.planned_at) <= until)
    messages = (told.message for told in waiting if not told.silence)
    return [PreviewLine(m.planned_at, m.step_id, m.case_reference, m.rung, m.party, m.ordinal) for m in messages]


class _There:
    """Who is there at any moment to come, as far as the ledger knows now."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.now = now
        self.policy: Policy = policy_of(session)
        self.people: Roster = roster(session, now)
        self._book = address_book(session)
        self._books: dict[datetime, AddressBook] = {}

    def leaving(self, line: PreviewLine) -> PreviewLine:
        """The line at the moment it leaves, with who gets it then."""
        counts = line.rung in COUNTS
        at = self._leaves(max(line.at, self.now), line, counts)
        code = recipient(line.party, self._at(at).contacts, counts=counts)
        return replace(line, at=at, sent_to=code or "")

    def _leaves(self, decided: datetime, line: PreviewLine, counts: bool) -> datetime:
        """At once when it may; else at the opening, or sooner when somebody comes on duty who may hear it."""
        opening = next_opening(decided, self.policy.hours, self.policy.calendar())
        if opening <= decided:
            return decided
        for moment in (decided, *self.people.duty.changes(decided, opening)):
            if self._at(moment).any_hour(line.party, acute=line.rung == ACUTE, counts=counts):
                return moment
        return opening

    def _at(self, moment: datetime) -> AddressBook:
        if moment not in self._books:
            self._books[moment] = book_at(self._book, self.people.duty, self.policy, moment)
        return self._books[moment]


def _to_come(
    step: Step, case: Case, people: Roster, policy: Policy, now: datetime, until: datetime
) -> Iterator[PreviewLine]:
    kind, looked = step_of(step.kind), step.next_action_at
    teams = tuple(dict.fromkeys((step.team, case.team, case.local_team)))
    line = PreviewLine(now, step.id, case.reference, "NOTICE", step.owner)
    late = Lateness(step.opened_at or now, step.due_at, step.stalled_at, step.acute, step.acknowledged_at)
    if step.state == StepState.PLANNED and looked is not None:
        opens = max(looked, now)
        late = replace(late, opened_at=looked)
        if kind.notice:
            yield replace(line, at=opens)
        looked = first_action(kind, late, policy, opens)
    while looked is not None and looked <= until:
        at = max(looked, now)
        decision = decide(kind, late, policy, looked, at)
        said = [word for word in words(decision, kind, step.owner, teams, people.at(at)) if word.said]
        yield from (replace(line, at=at, rung=word.rung, party=word.party, ordinal=word.number) for word in said)
        if any(word.rung == ACUTE and word.number >= ALARMS for word in said):
            late = replace(late, acute=False, acknowledged_at=at)
        looked = decision.next_at
