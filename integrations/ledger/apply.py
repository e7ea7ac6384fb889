"""Effects become rows, in the transaction of the answer that brought them about."""

from collections.abc import Iterable
from functools import singledispatchmethod

from sqlmodel import select

from domain import effects
from domain.case import CaseState, may_move
from domain.errors import StateRefusal
from domain.process import step_of
from domain.suspension import check_reason
from domain.terms import due, due_from_date, local_date
from integrations.ledger.households import case_to_join, move_into
from integrations.ledger.open_steps import Opener
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.suspending import end, resume, running_clock, suspended, term_moved
from integrations.ledger.tables import RUNNING, Case, Message, MessageState, Risk, Step, StepState, Team
from integrations.ledger.unit_of_work import UnitOfWork


class Applier:
    """Applies the effects of one answer to one step of one case."""

    def __init__(self, uow: UnitOfWork, case: Case, step: Step) -> None:
        self.uow, self.case, self.step = uow, case, step
        self.opener = Opener.of(uow)

    def all(self, found: Iterable[effects.Effect]) -> None:
        """In the order the step returned them."""
        for effect in found:
            self.apply(effect)

    @singledispatchmethod
    def apply(self, effect: effects.Effect) -> None:
        raise TypeError(type(effect).__name__)

    @apply.register
    def _(self, effect: effects.Open) -> None:
        self.opener.open(self.case, effect)

    @apply.register
    def _(self, effect: effects.Plan) -> None:
        self.opener.plan(self.case, effect)

    @apply.register
    def _(self, effect: effects.SetDue) -> None:
        """A new clock starts. A refused step keeps its old due moment: a second offer buys no time."""
        if self.step.stalled_at is not None:
            return
        end(self.uow, self.step)
        self.opener.clocked(self.step, step_of(self.step.kind).clock_for(self.step.subject), effect.start)
        term_moved(self.uow, self.case, self.step, "termijn-gestart")

    @apply.register
    def _(self, effect: effects.Extend) -> None:
        rule = running_clock(self.step, self.opener.policy)
        if rule is None or rule.extension is None or self.step.due_at is None:
            raise StateRefusal("KR-VERLENGING")
        check_reason(effect.reason, rule)
        if suspended(self.step, self.uow.now):
            raise StateRefusal("KR-OPSCHORTING-LOOPT")
        later = due_from_date(local_date(self.step.due_at), rule.extension, self.opener.policy.calendar())
        self.step.due_at = later.moment
        self.step.explanation += f"; verlengd: {later.explanation}"
        term_moved(self.uow, self.case, self.step, "termijn-verlengd", reason=effect.reason)

    @apply.register
    def _(self, effect: effects.Stall) -> None:
        """The refusal counts as the due date passed, once; the facts of the next round start empty."""
        if suspended(self.step, self.uow.now):
            resume(self.uow, self.case, self.step)
        late = self.step.stalled_at is not None or (self.step.due_at is not None and self.step.due_at < self.uow.now)
        self.step.stalled_at = self.step.stalled_at or self.uow.now
        self.step.round += 1
        self.step.waiting_cause = self.case.waiting_cause = effect.cause
        if not late:
            self.opener.look_again(self.step)
        self._audit("stap-geweigerd", cause=effect.cause)

    @apply.register
    def _(self, effect: effects.OfferHandover) -> None:
        """Whether the organisation has a case system of its own is settled outside this transaction."""
        local = self.uow.session.get(Team, self.case.local_team)
        if local is None:
            return
        offer = HandoverOffer(
            step_id=self.step.id,
            round=self.step.round,
            number=f"{self.step.id}.{self.step.round}",
            organisation=local.organisation,
            state=OfferState.PLANNED,
            offered_at=self.uow.now,
        )
        self.uow.session.add(offer)

    @apply.register
    def _(self, effect: effects.CloseSteps) -> None:
        for step in self.opener.steps(self.case):
            if step.kind not in effect.kinds or step.state not in RUNNING or step.id == self.step.id:
                continue
            end_step(self.uow, step, effect.outcome, StepState.CANCELLED)
            self._audit("stap-vervallen", of=step.id, outcome=effect.outcome)

    @apply.register
    def _(self, effect: effects.MoveSight) -> None:
        if self.case.sight != effect.to:
            self._audit("zicht-verplaatst", **{"from": self.case.sight, "to": effect.to})
            self.case.sight = effect.to
        self._stop_waiting()

    @apply.register
    def _(self, effect: effects.SetState) -> None:
        if not may_move(CaseState(self.case.state), CaseState(effect.state)):
            return  # a second report on a case further along does not move it back
        self._audit("zaak-toestand", **{"from": self.case.state, "to": effect.state})
        self.case.state = effect.state

    @apply.register
    def _(self, effect: effects.SetStatus) -> None:
        self.case.status = effect.status
        self._audit("status-melder", status=effect.status)

    @apply.register
    def _(self, effect: effects.AssignLocal) -> None:
        """The director of the case: the local steps that open from now on are theirs."""
        person = self.opener.roster.people.get(effect.code)
        if person is None:
            return
        self.case.local_professional = effect.code
        self._audit("regisseur", code=effect.code)

    @apply.register
    def _(self, effect: effects.AddRisk) -> None:
        known = self.uow.session.exec(select(Risk.key).where(Risk.case_id == self.case.id)).all()
        key = f"R{len(known) + 1}"
        risk = Risk(
            case_id=self.case.id or 0,
            key=key,
            kind=effect.kind,
            severity=effect.severity,
            at_risk=effect.at_risk,
            owner=self.case.sight,
            found_at=self.uow.now,
        )
        self.uow.session.add(risk)
        self._audit("risico-gevonden", risk=key, kind=effect.kind, severity=effect.severity)

    @apply.register
    def _(self, effect: effects.AcknowledgeRisk) -> None:
        risk = self._risk(effect.key)
        risk.acknowledged_at = self.uow.now
        risk.owner = self.case.sight
        self._audit("risico-overgenomen", risk=effect.key, to=risk.owner)

    @apply.register
    def _(self, effect: effects.ResolveRisk) -> None:
        self._risk(effect.key).resolved_at = self.uow.now
        self._audit("risico-opgelost", risk=effect.key)

    @apply.register
    def _(self, effect: effects.JoinCase) -> None:
        """From here on the step is one of the other case, and whatever follows is applied to that."""
        into = case_to_join(self.uow.session, self.case, effect.reference)
        move_into(self.uow, self.case, into, int(self.step.subject))
        self.opener.forget(into)
        self.case = into

    @apply.register
    def _(self, effect: effects.Tell) -> None:
        local: tuple[str, ...] = ()
        if effect.local:
            leads = self.opener.roster.leads([self.case.local_team])
            local = tuple(filter(None, (self.case.local_professional, *leads)))
        for party in dict.fromkeys((self.case.worker, *local)):  # a case without a worker: whoever leads the team
            if party != self.uow.actor.code:
                self.opener.notice(self.case, self.step, effect.rung, party)

    @apply.register
    def _(self, effect: effects.EndCase) -> None:
        rest = effects.CloseSteps(tuple({step.kind for step in self.opener.steps(self.case)}), "case_closed")
        self.apply(rest)
        self.case.state, self.case.status, self.case.sight = CaseState.CLOSED, effect.status, ""
        self.case.closed_at = self.uow.now
        retention = self.opener.policy.clock("retention").term
        self.case.retention_until = due(self.uow.now, retention, self.opener.policy.calendar()).on
        self._stop_waiting()
        self._audit("zaak-afgesloten", status=effect.status, retention=self.case.retention_until.isoformat())

    def _stop_waiting(self) -> None:
        self.case.waiting_cause = ""

    def _risk(self, key: str) -> Risk:
        return self.uow.session.exec(select(Risk).where(Risk.case_id == self.case.id, Risk.key == key)).one()

    def _audit(self, act: str, **details: str | int) -> None:
        self.uow.audit(act, ground="proces", case_reference=self.case.reference, step_id=self.step.id, **details)


def end_step(uow: UnitOfWork, step: Step, outcome: str, state: StepState) -> None:
    """A step ends: nothing of it is said any more, and its run ends with it."""
    end(uow, step)
    step.state, step.outcome = state, outcome
    step.closed_at, step.closed_by = uow.now, uow.actor.code
    step.next_action_at = None
    waiting = select(Message).where(Message.step_id == step.id, Message.state == MessageState.PLANNED)
    for message in uow.session.exec(waiting):
        message.state, message.reason = MessageState.CANCELLED, "stap-klaar"
    if step.acute or step.stalled_at is not None or (step.due_at is not None and step.due_at < uow.now):
        uow.tell_prefect("tag_run", step.id)  # late or urgent is over when the step is
    uow.tell_prefect("end_run", step.id)
