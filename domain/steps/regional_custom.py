"""Route VT-01-04 regionaal maatwerk: a service the region defines, with its own default term (POLICY)."""

from domain.asks import AFTER_SERVICE, DELAY_CAUSE
from domain.effects import Effect, Open
from domain.feedback import second_feedback
from domain.parties import VT_ROLES, Owner
from domain.questions import Question
from domain.step import Context, Step, outcomes

AFTER = {"handover": "warm_handover", "protection_request": "protection_request", "close": "close_case"}


def ask(ctx: Context) -> tuple[Question, ...]:
    return (AFTER_SERVICE, DELAY_CAUSE, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    return () if "after_service" in ctx.facts else ("wat volgt na het maatwerk",)


def close(ctx: Context) -> tuple[Effect, ...]:
    kind = AFTER[ctx.facts.text("after_service")]
    return (Open(kind, start=ctx.now), *(second_feedback(ctx) if kind == "close_case" else ()))


STEP = Step(
    word="regional_custom",
    code="S07-4",
    title="Regionaal maatwerk",
    label="Besluit",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="regional_custom",
    outcomes=outcomes(ended="Afgerond", ended_early="Voortijdig gestopt"),
    ask=ask,
    gaps=gaps,
    close=close,
)
