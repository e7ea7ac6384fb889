"""S12 onderzoek: findings per form of unsafety, told to the persons concerned. Ten weeks (clock C7)."""

from domain.asks import AFTER_SERVICE, DELAY_CAUSE
from domain.effects import Effect, Open
from domain.feedback import second_feedback
from domain.parties import VT_ROLES, Owner
from domain.questions import Kind, Question, yes_no
from domain.step import Context, Step, outcomes

AFTER = {"handover": "warm_handover", "protection_request": "protection_request", "close": "close_case"}


def ask(ctx: Context) -> tuple[Question, ...]:
    informants = Question("informants", "Aantal informanten gevraagd", kind=Kind.NUMBER, high=50)
    told = yes_no("family_told", "Betrokkenen weten bij wie is gevraagd?")
    return (informants, told, AFTER_SERVICE, DELAY_CAUSE, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    titles = {"family_told": "betrokkenen weten bij wie is gevraagd", "after_service": "wat volgt na het onderzoek"}
    return tuple(title for name, title in titles.items() if name not in ctx.facts)


def close(ctx: Context) -> tuple[Effect, ...]:
    kind = AFTER[ctx.facts.text("after_service")]
    return (Open(kind, start=ctx.now), *(second_feedback(ctx) if kind == "close_case" else ()))


STEP = Step(
    word="investigation",
    code="S12",
    title="Onderzoek",
    label="Besluit",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="investigation",
    outcomes=outcomes(
        confirmed="Bevestigd",
        not_confirmed="Niet bevestigd",
        refuted="Weerlegd",
        closed_early="Voortijdig afgesloten",
    ),
    ask=ask,
    gaps=gaps,
    close=close,
)
