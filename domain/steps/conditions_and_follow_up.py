"""S11 Voorwaarden & Vervolg: what must at least happen to be directly safe, and who sees to it. Clock C8."""

from domain.asks import DELAY_CAUSE, THEMES
from domain.effects import Effect, Open
from domain.parties import VT_ROLES, Owner
from domain.questions import Kind, Question, choice
from domain.step import Context, Step, outcomes

NEXT = choice(
    "next_act",
    "Nu starten",
    offer_handover="Warme overdracht voorbereiden",
    request_mda="MDA++-overleg aanvragen",
)
STOPPED = choice(
    "stopped_route", "Bij stoppen: wat volgt", investigation="Onderzoek", protection_request="Verzoek Raad"
)
OPENS = {"offer_handover": "warm_handover", "request_mda": "mda_consultation"}


def ask(ctx: Context) -> tuple[Question, ...]:
    conditions: list[Question] = []
    for number in range(1, 9):
        conditions.append(Question(f"condition_{number}", f"Voorwaarde {number}: thema", choices=THEMES))
        conditions.append(Question(f"condition_{number}_by", f"Voorwaarde {number}: wie (code)", kind=Kind.CODE))
    return (*conditions, NEXT, STOPPED, DELAY_CAUSE, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    if ctx.facts.text("outcome") == "cooperation_stopped":
        return () if ctx.facts.text("stopped_route") else ("wat volgt na het stoppen",)
    return () if any(f"condition_{n}" in ctx.facts for n in range(1, 9)) else ("ten minste één voorwaarde",)


def progress(ctx: Context) -> tuple[Effect, ...]:
    kind = OPENS.get(ctx.facts.text("next_act")) if "next_act" in ctx.new else None
    return (Open(kind, start=ctx.now),) if kind and not ctx.case.running(kind) else ()


def close(ctx: Context) -> tuple[Effect, ...]:
    if ctx.facts.text("outcome") == "cooperation_stopped":
        return (Open(ctx.facts.text("stopped_route"), start=ctx.now),)
    return () if ctx.case.running("warm_handover") else (Open("warm_handover", start=ctx.now),)


STEP = Step(
    word="conditions_and_follow_up",
    code="S11",
    title="Voorwaarden en vervolg",
    label="Besluit",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="conditions_and_follow_up",
    outcomes=outcomes(conditions_met="Voorwaarden gehaald of belegd", cooperation_stopped="Medewerking stopt"),
    ask=ask,
    gaps=gaps,
    progress=progress,
    close=close,
)
