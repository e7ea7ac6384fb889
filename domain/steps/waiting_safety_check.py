"""S09 zicht op veiligheid tijdens wachten: every 7 days while a case waits (clock C18, POLICY)."""

from domain.effects import Effect, Open
from domain.parties import VT_ROLES, Owner
from domain.questions import Question, choice
from domain.step import Context, Step, outcomes

WITH_WHOM = choice("contact", "Met wie gesproken", family="Gezin", professional="Betrokken professional", both="Beide")


def ask(ctx: Context) -> tuple[Question, ...]:
    return (WITH_WHOM, STEP.outcome_question())


def gaps(ctx: Context) -> tuple[str, ...]:
    return () if ctx.facts.text("contact") or ctx.facts.text("outcome") == "lost" else ("met wie gesproken",)


def close(ctx: Context) -> tuple[Effect, ...]:
    """While the case waits there is a next check, whatever was found; it counts from this one's due moment, so a late
    check does not thin out the rhythm."""
    following = Open("waiting_safety_check", start=ctx.step.due_at or ctx.now)
    match ctx.facts.text("outcome"):
        case "acute":
            return (Open("acute_action", ctx.step.id, start=ctx.now, acute=True), following)
        case "lost":
            return (Open("out_of_sight", start=ctx.now), following)
    return (following,)


STEP = Step(
    word="waiting_safety_check",
    code="S09",
    title="Zicht op veiligheid tijdens wachten",
    label="VB",
    owner=Owner.WORKER,
    recorders=VT_ROLES,
    clock="waiting_safety_check",
    outcomes=outcomes(safe_enough="Veilig genoeg om te wachten", acute="Nu acuut", lost="Gezin niet bereikt"),
    ask=ask,
    gaps=gaps,
    close=close,
)
