"""Opening and planning steps: the row, its due moment with the explanation, its first look, its notice, its run."""

from datetime import datetime

from sqlmodel import col, select

from domain.dutch import day_text
from domain.effects import Open, Plan
from domain.ladder import Lateness, first_action
from domain.parties import Roster
from domain.policy import Policy
from domain.process import step_of
from domain.step import Step as Kind
from domain.suspension import next_look
from domain.terms import Due, Term, Unit, at_hour, due, end_of_day, local_date, working_days_before
from integrations.ledger.message_rows import message_about
from integrations.ledger.people import owner_for, roster
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import RUNNING, Case, Message, Step, StepState
from integrations.ledger.unit_of_work import UnitOfWork


class Opener:
    """Opens the steps of one unit of work (`Opener.of`). Policy, roster and the steps of a case are read once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.policy: Policy = policy_of(uow.session)
        self.roster: Roster = roster(uow.session, uow.now)
        self._known: dict[int, list[Step]] = {}

    @classmethod
    def of(cls, uow: UnitOfWork) -> "Opener":
        """The opener of this unit of work."""
        made: Opener = uow.cache.get("opener") or cls(uow)
        uow.cache["opener"] = made
        return made

    def steps(self, case: Case) -> list[Step]:
        """The steps of a case in the order they were made, with those of this unit."""
        key = case.id or 0
        if key not in self._known:
            rows = select(Step).where(Step.case_id == case.id).order_by(col(Step.id)) if case.steps_made else None
            self._known[key] = list(self.uow.session.exec(rows)) if rows is not None else []
        return self._known[key]

    def forget(self, case: Case) -> None:
        """The steps of this case have changed behind our back: read them anew."""
        self._known.pop(case.id or 0, None)

    def open(self, case: Case, effect: Open) -> Step:
        """Open a step now. A planned one of the same kind and subject opens instead; an open one is left alone."""
        existing = self._running(case, effect.kind, effect.subject)
        if existing is not None and existing.state == StepState.OPEN:
            return existing
        kind = step_of(effect.kind)
        step = existing or self._new(case, kind, effect.subject)
        step.acute = effect.acute
        if existing is None:
            self._own(case, kind, step, effect.owner)
            self._set_first_due(case, kind, step, effect)
        self.opened(case, step, fresh=existing is None)
        return step

    def done_at_once(self, case: Case, effect: Open, outcome: str, by: str) -> Step:
        """A step that was over before we heard of it (a report accepted by phone): no notice, no run."""
        kind = step_of(effect.kind)
        step = self._new(case, kind, effect.subject)
        self._own(case, kind, step, "")
        self._set_first_due(case, kind, step, effect)
        step.state, step.outcome = StepState.DONE, outcome
        step.opened_at = step.opens_at = step.closed_at = self.uow.now
        step.closed_by = by
        self._written(case, step, "stap-afgerond")
        return step

    def plan(self, case: Case, effect: Plan) -> Step:
        """Plan a step: due, not asked yet. `by_itself` steps open some working days before they are due. One that runs
        already keeps its date: a second hand-over does not double the monitoring."""
        if existing := self._running(case, effect.kind, effect.subject):
            return existing
        kind = step_of(effect.kind)
        step = self._new(case, kind, effect.subject)
        step.state = StepState.PLANNED
        self._own(case, kind, step, "")
        if effect.months:
            step.clock = kind.clock_for(effect.subject) or ""
            self._due(step, effect.start, due(effect.start, Term(effect.months, Unit.MONTHS), self.policy.calendar()))
        else:
            self.clocked(step, kind.clock_for(effect.subject), effect.start)
        if effect.by_itself and step.due_at is not None:
            ahead = working_days_before(
                local_date(step.due_at), max(self.policy.escalation.monitoring), self.policy.calendar()
            )
            step.opens_at = at_hour(ahead, self.policy.escalation.ladder_hour)
            step.next_action_at = step.opens_at
            self.uow.tell_prefect("start_run", step.id, fresh=True)
        self._written(case, step, "stap-gepland")
        return step

    def opened(self, case: Case, step: Step, fresh: bool = False) -> None:
        """A step becomes someone's turn: notice, first look of the sweep, run."""
        planned = step.opens_at is not None
        step.state = StepState.OPEN
        step.opened_at = min(step.opens_at or self.uow.now, self.uow.now)
        step.opens_at = step.opened_at
        kind = step_of(step.kind)
        self.look_again(step)
        if kind.notice:
            self.notice(case, step, "ACUTE" if step.acute else "NOTICE", step.owner)
        self.uow.tell_prefect("tag_run" if planned else "start_run", step.id, fresh=fresh)
        self._written(case, step, "stap-geopend")

    def look_again(self, step: Step) -> None:
        """When the sweep must next look at this step; at the end of a suspension too, for then its tag goes."""
        if step.opened_at is not None:
            found = first_action(step_of(step.kind), lateness(step), self.policy, self.uow.now)
            step.next_action_at = next_look(found, step.suspended_until, self.uow.now)

    def notice(self, case: Case, step: Step, rung: str, party: str, ordinal: int = 1) -> None:
        """Plan one message to one party in this same transaction."""
        party = party or next(iter(self.roster.last_resort([step.team])), "")
        self.uow.session.add(message_about(self.uow, case, step, rung, party, ordinal))

    def ask_second(self, case: Case, step: Step, party: str) -> None:
        """Tell the team lead, once a round, that a second person must look."""
        asked = select(Message.id).where(
            Message.step_id == step.id, Message.rung == "SECOND", Message.ordinal == step.round
        )
        if self.uow.session.exec(asked).first() is None:
            self.notice(case, step, "SECOND", party, step.round)

    def clocked(self, step: Step, clock: str | None, start: datetime) -> None:
        """Set the due moment by a policy clock. A clock with a second starting point explains both."""
        if clock is None:
            return
        rule, step.clock = self.policy.clock(clock), clock
        self._due(step, start, due(start, rule.term, self.policy.calendar()))

    def _due(self, step: Step, start: datetime, found: Due) -> None:
        step.start_at = start
        step.due_at = found.moment
        step.explanation = "; ".join((found.explanation, *found.warnings))

    def _set_first_due(self, case: Case, kind: Kind, step: Step, effect: Open) -> None:
        if effect.due_on is not None:
            step.start_at = self.uow.now
            step.due_at = end_of_day(effect.due_on)
            step.explanation = "datum afgesproken in het overleg"
        elif effect.start is not None:
            self.clocked(step, kind.first_clock or kind.clock_for(step.subject), effect.start)
            self._count_from_report(case, kind, step)

    def _count_from_report(self, case: Case, kind: Kind, step: Step) -> None:
        """Sources disagree on where the ten weeks start: store both, let the policy say which one is the due date."""
        clock = kind.clock_for(step.subject)
        rule = self.policy.clock(clock) if clock else None
        if rule is None or rule.also_from is None:
            return
        decided = [made.start_at for made in self.steps(case) if made.kind == "route_decision" and made.start_at]
        if decided and (service := step.start_at):
            received = decided[-1]
            leading, other = (received, service) if rule.counts_from_report else (service, received)
            self._due(step, leading, due(leading, rule.term, self.policy.calendar()))
            beside = due(other, rule.term, self.policy.calendar())
            step.due_other_at = beside.moment
            words = "vanaf de start van de dienst" if rule.counts_from_report else "vanaf de melding"
            step.explanation += f"; {words} gerekend {day_text(beside.on)}"

    def _own(self, case: Case, kind: Kind, step: Step, owner: str) -> None:
        code, team = owner_for(
            self.roster,
            kind.owner,
            worker=case.worker,
            team=case.team,
            local=case.local_professional,
            local_team=case.local_team,
        )
        if owner and owner in self.roster.people:
            code, team = owner, self.roster.people[owner].team
        step.owner, step.owner_role, step.team = code, kind.owner, team
        person = self.roster.people.get(code)
        step.organisation = person.organisation if person else ""

    def _new(self, case: Case, kind: Kind, subject: str) -> Step:
        """A row that is not open yet, numbered within its case."""
        known = self.steps(case)
        case.steps_made += 1
        ordinal = sum(1 for step in known if (step.kind, step.subject) == (kind.word, subject)) + 1
        step = Step(
            id=f"{case.reference}.{case.steps_made:03d}",
            case_id=case.id or 0,
            kind=kind.word,
            subject=subject,
            ordinal=ordinal,
            state=StepState.PLANNED,
            policy_version=self.policy.version,
        )
        self.uow.session.add(step)
        known.append(step)
        return step

    def _running(self, case: Case, kind: str, subject: str) -> Step | None:
        wanted = (kind, subject)
        found = (step for step in self.steps(case) if (step.kind, step.subject) == wanted and step.state in RUNNING)
        return next(found, None)

    def _written(self, case: Case, step: Step, act: str) -> None:
        due_at = step.due_at.isoformat() if step.due_at else ""
        details = {"kind": step.kind, "owner": step.owner, "due": due_at}
        self.uow.audit(act, ground="proces", case_reference=case.reference, step_id=step.id, **details)


def lateness(step: Step) -> Lateness:
    """What the ladder must know of a row."""
    assert step.opened_at is not None
    return Lateness(step.opened_at, step.due_at, step.stalled_at, step.acute, step.acknowledged_at)
