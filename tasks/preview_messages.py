"""Preview: what will go to whom if nobody acts, by the same rules the sweep follows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import col, select

from domain.ladder import Lateness, decide, first_action, words
from domain.parties import Roster
from domain.policy import Policy
from domain.process import step_of
from integrations.ledger import Ledger
from integrations.ledger.people import roster
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Case, Message, MessageState, Step, StepState

ALARMS = 2
"""An alarm is repeated until acknowledged: first to the duty desk, from the second time on to the team lead too."""


@dataclass(frozen=True)
class PreviewLine:
    """One message to come: when, about which step of which case, which rung, to whom."""

    at: datetime
    step_id: str
    reference: str
    rung: str
    party: str
    ordinal: int = 1


def preview(ledger: Ledger, now: datetime, until: datetime) -> list[PreviewLine]:
    """What goes out after `now`, up to and including `until`, oldest first; with what waits to be sent at once."""
    with ledger.reading() as session:
        waiting = select(Message).where(Message.state == MessageState.PLANNED, col(Message.planned_at) <= until)
        lines = [
            PreviewLine(m.planned_at, m.step_id, m.case_reference, m.rung, m.party, m.ordinal)
            for m in session.exec(waiting)
        ]
        due = select(Step, Case).join(Case, col(Case.id) == Step.case_id).where(col(Step.next_action_at) <= until)
        rows = session.exec(due).all()
        people, policy = roster(session), policy_of(session)
    for step, case in rows:
        lines += _to_come(step, case, people, policy, now, until)
    return sorted(lines, key=lambda line: (line.at, line.step_id, line.rung, line.party))


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
        said = [word for word in words(decision, kind, step.owner, teams, people) if word.said]
        yield from (replace(line, at=at, rung=word.rung, party=word.party, ordinal=word.number) for word in said)
        if any(word.rung == "ACUTE" and word.number >= ALARMS for word in said):
            late = replace(late, acute=False, acknowledged_at=at)
        looked = decision.next_at
