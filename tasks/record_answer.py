"""Record an answer to a step: the one act behind every door (form, command line, story, partner)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, func, select

from domain.answers import changed, checked
from domain.case import CaseState
from domain.errors import InputRefusal, Refusal, RoleRefusal, StateRefusal, UnknownRefusal
from domain.gates import GATED, Judgement, judge, may_approve, questions_of, role_names, second_reader
from domain.parties import Professional
from domain.process import step_of
from domain.questions import Facts, Given, Value
from domain.step import Context
from integrations.ledger import Actor, Ledger, UnitOfWork
from integrations.ledger.apply import Applier, end_step
from integrations.ledger.case_view import case_view
from integrations.ledger.open_steps import Opener
from integrations.ledger.tables import Answer, Case, Step, StepState


@dataclass(frozen=True)
class Recorded:
    """What became of an answer: state `open` or `done`, the outcome, what is missing (Dutch), and a code if refused."""

    state: str
    outcome: str = ""
    missing: tuple[str, ...] = ()
    refused: str = ""
    waits_for: str = ""


def record_answer(
    ledger: Ledger,
    step_id: str,
    given: Mapping[str, object],
    by: str,
    *,
    door: str,
    now: datetime,
    key: str = "",
    in_round: int = 0,
) -> Recorded:
    """Record the answers `given` (question name → value) by the professional with code `by`, in one transaction.

    What is right is kept; the step closes only with an outcome and nothing missing. Raises a Refusal for an unknown
    step, code or question, a wrong value, a closed step or a missing role: then nothing at all is recorded.
    `key` makes an answer that comes twice count once; `in_round`: it is only meant for that round of the step, and is
    refused (KR-STAP-GESLOTEN) when that is over.
    """
    actor = Actor(by.strip().upper(), "", door)
    with ledger.unit_of_work(now=now, actor=actor) as uow:
        return _Recording(uow, step_id, key, in_round).record(given)


def record_form_answer(
    ledger: Ledger, step_id: str, key: str, given: Mapping[str, object], by: str, now: datetime
) -> Recorded:
    """The same for a form in the Prefect UI: a refusal is counted and shown in the next form instead of raised."""
    try:
        return record_answer(ledger, step_id, given, by, door="formulier", now=now, key=key)
    except Refusal as refusal:
        with ledger.unit_of_work(now=now, actor=Actor("formulier", "", "formulier")) as uow:
            return _refused(uow, step_id, key, refusal)


def _refused(uow: UnitOfWork, step_id: str, key: str, refusal: Refusal) -> Recorded:
    step = _step(uow.session, step_id)
    if not _known(uow.session, step_id, key):
        _asked(uow, step, key, {}, Actor("", "", "formulier"), refusal.code)
        uow.audit("antwoord-geweigerd", ground="poort", step_id=step_id, code=refusal.code)
    return Recorded("open" if step.state == StepState.OPEN else "done", refused=refusal.code)


def _asked(uow: UnitOfWork, step: Step, key: str, given: dict[str, Value], by: Actor, refused: str) -> None:
    if by.door == "formulier":
        step.asked += 1
    number = uow.session.exec(select(func.count()).where(Answer.step_id == step.id)).one()
    answer = Answer(
        step_id=step.id,
        key=key or f"{by.door}-{number}",
        round=step.round,
        at=uow.now,
        by=by.code,
        role=by.role,
        door=by.door,
        given=given,
        refused=refused,
    )
    uow.session.add(answer)


def _known(session: Session, step_id: str, key: str) -> Answer | None:
    return session.exec(select(Answer).where(Answer.step_id == step_id, Answer.key == key)).first() if key else None


def _step(session: Session, step_id: str) -> Step:
    step = session.get(Step, step_id.strip().upper())
    if step is None:
        raise UnknownRefusal("KR-STAP-ONBEKEND")
    return step


class _Recording:
    """One answer on its way into the ledger. The case is read once; its step's facts follow the answer in memory."""

    def __init__(self, uow: UnitOfWork, step_id: str, key: str, in_round: int = 0) -> None:
        self.uow, self.key, self.in_round = uow, key, in_round
        self.step = _step(uow.session, step_id)
        case = uow.session.get(Case, self.step.case_id)
        assert case is not None
        self.case = case
        self.kind = step_of(self.step.kind)
        self.opener = Opener.of(uow)

    def record(self, given: Mapping[str, object]) -> Recorded:
        """Check, keep, judge, and let follow what follows."""
        if self.key and (before := _known(self.uow.session, self.step.id, self.key)):
            return Recorded(_word(self.step), self.step.outcome, refused=before.refused)
        self._must_be_open()
        self.view = case_view(self.uow.session, self.case)
        self.facts = next(found for found in self.view.steps if found.id == self.step.id).facts
        by = self._person()
        values = self._values(given, by)
        new = changed(self.facts, values)
        self.facts = self._with(new, by)
        self._first(by, frozenset(new))
        judgement = judge(self.kind, self._context(by, frozenset(new)), frozenset(values))
        if judgement.missing:  # what only counts when nothing is missing is not kept: it is asked again
            new = {name: value for name, value in new.items() if name not in GATED}
            self.facts = Facts({name: found for name, found in self.facts.given.items() if name not in GATED})
        refused = "KR-ONVOLLEDIG" if judgement.missing else ""
        _asked(self.uow, self.step, self.key, new, self.uow.actor, refused)
        self._follow(judgement, by, frozenset(new))
        waits = role_names(judgement.waits_for.roles) if judgement.waits_for else ""
        return Recorded(_word(self.step), self.step.outcome, judgement.missing, refused, waits)

    def _first(self, by: Professional, new: frozenset[str]) -> None:
        """What comes before the judgement: a step may turn out to be one of another case."""
        applier = Applier(self.uow, self.case, self.step)
        applier.all(self.kind.first(self._context(by, new)))
        if applier.case is not self.case:
            self.case = applier.case
            self.view = case_view(self.uow.session, self.case)

    def _with(self, new: Mapping[str, Value], by: Professional) -> Facts:
        order = 1 + max((found.order for found in self.facts.given.values()), default=-1)
        return Facts(
            self.facts.given | {name: Given(value, by.code, self.uow.now, order) for name, value in new.items()}
        )

    def _must_be_open(self) -> None:
        over = self.in_round not in (0, self.step.round)
        if over or self.step.state in (StepState.DONE, StepState.CANCELLED):
            raise StateRefusal("KR-STAP-GESLOTEN")
        if self.case.state == CaseState.CLOSED:
            raise StateRefusal("KR-ZAAK-GESLOTEN")
        if self.step.state == StepState.PLANNED:
            if self.step.opens_at is None:
                raise StateRefusal("KR-STAP-GEPLAND")
            self.opener.opened(self.case, self.step)
            self.uow.session.flush()

    def _person(self) -> Professional:
        by = self.opener.roster.active(self.uow.actor.code)
        held = sorted(by.roles & self.kind.recorders)
        self.uow.actor = Actor(by.code, held[0] if held else sorted(by.roles)[0], self.uow.actor.door)
        return by

    def _values(self, given: Mapping[str, object], by: Professional) -> dict[str, Value]:
        if not given:
            raise InputRefusal("KR-LEEG")
        context = self._context()
        codes = self.opener.roster.assignable()
        values = checked(questions_of(self.kind, context), given, today=context.today, codes=codes)
        if "approval" in values:
            may_approve(self.kind, context, by)
        only_approves = "approval" in values and set(changed(self.facts, values)) <= {"approval"}
        if not only_approves and not by.has(*self.kind.recorders):
            raise RoleRefusal("KR-ROL", act=self.kind.title)
        return values

    def _context(self, by: Professional | None = None, new: frozenset[str] = frozenset()) -> Context:
        own = next(found for found in self.view.steps if found.id == self.step.id)
        step = replace(own, facts=self.facts, state=self.step.state, outcome=self.step.outcome)
        steps = tuple(step if found.id == step.id else found for found in self.view.steps)
        return Context(replace(self.view, steps=steps), step, self.opener.policy, self.uow.now, by, new)

    def _follow(self, judgement: Judgement, by: Professional, new: frozenset[str]) -> None:
        applier, context = Applier(self.uow, self.case, self.step), self._context(by, new)
        if "delay_cause" in new:
            self.step.waiting_cause = self.facts.text("delay_cause")
        self.step.acknowledged_at = self.uow.now  # whoever answers has seen it: the alarm stops, the clock does not
        applier.all(self.kind.progress(context))
        if judgement.closes:
            end_step(self.uow, self.step, self.facts.text("outcome"), StepState.DONE)
            applier.all(self.kind.close(self._context(by, new)))
        elif judgement.waits_for is not None:
            reader = second_reader(judgement.waits_for, context, self.opener.roster, self.step.team)
            self.opener.ask_second(self.case, self.step, reader)
        act = "stap-afgerond" if judgement.closes else "antwoord-vastgelegd"
        details: dict[str, str | int] = {"kind": self.kind.word, "outcome": self.step.outcome, "answers": len(new)}
        self.uow.audit(act, ground=self.kind.code, case_reference=self.case.reference, step_id=self.step.id, **details)


def _word(step: Step) -> str:
    return "done" if step.state in (StepState.DONE, StepState.CANCELLED) else "open"
